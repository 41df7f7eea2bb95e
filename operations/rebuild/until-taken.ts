import { setTimeout as sleep } from 'node:timers/promises';

const firstPauseMs = 50;
const longestPauseMs = 5_000;

/** Sends requests, and again what a busy store says it left undone, after a pause that is twice as long each time. */
export async function untilTaken<Request>(
  requests: readonly Request[],
  send: (requests: readonly Request[]) => Promise<readonly Request[]>,
): Promise<void> {
  let left = await send(requests);
  for (let pauseMs = firstPauseMs; left.length > 0; pauseMs = Math.min(longestPauseMs, 2 * pauseMs)) {
    await sleep(pauseMs);
    left = await send(left);
  }
}
