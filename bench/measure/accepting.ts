import type { Child } from '../child.ts';
import type { PostJob } from '../children/order-client.ts';
import type { Load } from '../load.ts';
import type { Runtime } from '../runtime.ts';
import { percentile } from '../statistics.ts';
import type { Stores } from '../stores.ts';

export interface Posting {
  readonly first: number;
  readonly orders: number;
  readonly ordersAPost: number;
  readonly concurrency: number;
}

/** What posting came to. */
export interface Accepted {
  readonly acceptedPerSecond: number;
  /** From the first post until every order lay in both stores. */
  readonly storedPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** What the client used of one core while it posted. */
  readonly clientCores: number;
}

/** Posts orders while the consumers run, and waits until both stores have them all. */
export async function measureAccepting(
  client: Child<PostJob, Load>,
  runtime: Runtime,
  stores: Stores,
  posting: Posting,
): Promise<Accepted> {
  const { first, orders } = posting;
  const { apiUrl, apiKey } = runtime;
  const { startedAt, seconds, latenciesMs, cpuSeconds } = await client.run({ apiUrl, apiKey, ...posting });
  const storedAt = await stores.allThere(first + orders);
  return {
    acceptedPerSecond: orders / seconds,
    storedPerSecond: (orders * 1_000) / (storedAt - startedAt),
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
    clientCores: cpuSeconds / seconds,
  };
}
