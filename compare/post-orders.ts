import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderBody } from './draw-orders.ts';
import { type ComparedStack, ComparisonError } from './stack.ts';

const mostInFlight = 200;

/**
 * Posts each order by itself, `rate` a second, as far as the API keeps up; resolves with the seconds it took. The first
 * that isn't accepted ends it.
 */
export const postOrders = async (
  stack: ComparedStack,
  orders: readonly OrderBody[],
  rate: number,
  posted: (count: number) => void,
  signal: AbortSignal,
): Promise<number> => {
  const failing = new AbortController();
  const ended = AbortSignal.any([signal, failing.signal]);
  const inFlight = new Set<Promise<void>>();
  const startedAt = performance.now();
  let count = 0;
  let failure: unknown;
  for (const [index, order] of orders.entries()) {
    const pauseMs = startedAt + (index * 1_000) / rate - performance.now();
    if (pauseMs > 1) await sleep(pauseMs, undefined, { signal: ended }).catch(() => {});
    while (inFlight.size >= mostInFlight) await Promise.race(inFlight);
    if (ended.aborted) break;
    const sending = post(stack, order, signal)
      .then(() => posted(++count))
      .catch((error) => {
        failure ??= error;
        failing.abort();
      })
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
  }
  await Promise.all(inFlight);
  signal.throwIfAborted();
  if (failure) throw failure;
  return (performance.now() - startedAt) / 1_000;
};

const post = async ({ apiUrl, apiKey }: ComparedStack, order: OrderBody, signal: AbortSignal): Promise<void> => {
  const response = await fetch(`${apiUrl}order`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...(apiKey !== undefined && { 'x-api-key': apiKey }),
    },
    body: JSON.stringify({ order }),
    signal,
  });
  const text = await response.text();
  if (response.status !== 202)
    throw new ComparisonError(`POST /order answered ${response.status}: ${text.slice(0, 300)}`);
};
