import type { Clock } from '../clock.ts';
import type { Pace } from '../pace.ts';
import { type InvokeOptions, type LocalFunction, TooManyRequests } from './local-function.ts';

const mostRetries = 2;
const longestAgeMs = 6 * 3_600_000;

/** Invocations that nobody waits for. */
export interface AsyncInvocations {
  /** Takes an event for the function; its failure is the function's own to report. */
  add(target: LocalFunction, payload: string, options: InvokeOptions): void;
  /** Lets the invocations that run finish; events that wait for a retry are given up. */
  close(): Promise<void>;
}

/**
 * Invokes as Lambda's event queue does: an event whose invocation failed is tried twice more, one that was throttled
 * until it is six hours old. AWS waits one minute and then two between the tries of an event; `pace` says how long here.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const asyncInvocations = (clock: Clock, pace: Pace): AsyncInvocations => {
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  const run = async (target: LocalFunction, payload: string, options: InvokeOptions) => {
    const takenAt = clock.now();
    let failures = 0;
    for (let tries = 1; !closing.signal.aborted; tries++) {
      try {
        const { functionError } = await target.invoke(payload, options);
        if (!functionError || ++failures > mostRetries) return;
      } catch (error) {
        if (!(error instanceof TooManyRequests)) return; // too large, or closed: it can't become better
      }
      const waitMs = pace.retryBackoffMs(tries);
      if (clock.now() + waitMs - takenAt > longestAgeMs) return;
      await clock.sleep(waitMs, closing.signal);
    }
  };

  return {
    add(target, payload, options) {
      const running = run(target, payload, options).finally(() => underWay.delete(running));
      underWay.add(running);
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
    },
  };
};
