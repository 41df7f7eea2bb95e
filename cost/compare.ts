import type { Counts } from './counts.ts';
import { type Deployed, NotPriced } from './deployed.ts';
import { billedMsOf } from './function-usage.ts';
import type { PriceId, Prices, Region } from './prices.ts';
import { takesOrders } from './traffic.ts';

/** The ingest function at one size of posts, one memory, one architecture. */
export interface Variant {
  readonly ordersPerPost: number;
  readonly memoryMiB: number;
  readonly architecture: 'arm64' | 'x86_64';
  /** How long a post takes in it. */
  readonly billedMs: number;
  /** Dollars for a million orders: its own, and the API's requests beside it. */
  readonly lambdaUsd: number;
  readonly apiUsd: number;
  /** As it is deployed. */
  readonly deployed: boolean;
}

/** A reader of the stream at one memory, with full batches. */
export interface ReaderVariant {
  readonly name: string;
  readonly memoryMiB: number;
  readonly billedMs: number;
  /** Dollars for a million orders. */
  readonly lambdaUsd: number;
  /** As many as it takes from one shard, one batch at a time; a shard lets in 1,000. */
  readonly ordersPerSecond: number;
  readonly deployed: boolean;
}

export const comparedPosts = [1, 10, 100, 500];
const comparedMemories = [128, 256, 512, 1_024, 1_769];
const architectures = ['arm64', 'x86_64'] as const;
const orders = 1e6;

/** Every combination, by the prices of the first tier; the same milliseconds are assumed on both architectures. */
export function ingestVariants(deployed: Deployed, counts: Counts, prices: Prices, region: Region): Variant[] {
  const name = 'ingest-order';
  const ingest = deployed.functions.find((each) => each.name === name);
  const counted = counts.functions[name];
  if (!ingest || !counted) throw new NotPriced(`the template or the counts have no ${name}`);
  const first = firstTier(prices, region);

  return comparedPosts.flatMap((ordersPerPost) =>
    memoriesWith(ingest.memoryMiB).flatMap((memoryMiB) =>
      architectures.map((architecture) => {
        const billedMs = billedMsOf(counted, memoryMiB, ordersPerPost);
        const posts = orders / ordersPerPost;
        const gigabyteSeconds = posts * (billedMs / 1_000) * (memoryMiB / 1_024);
        const second = first(architecture === 'arm64' ? 'lambdaArmSeconds' : 'lambdaX86Seconds');
        return {
          ordersPerPost,
          memoryMiB,
          architecture,
          billedMs,
          lambdaUsd: posts * first('lambdaRequests') + gigabyteSeconds * second,
          apiUsd: posts * first('apiRequests'),
          deployed: memoryMiB === ingest.memoryMiB && architecture === ingest.architecture,
        };
      }),
    ),
  );
}

/** Each reader of orders that was counted, at each memory, by the prices of the first tier. */
export function readerVariants(deployed: Deployed, counts: Counts, prices: Prices, region: Region): ReaderVariant[] {
  const first = firstTier(prices, region);
  return deployed.readers.filter(takesOrders).flatMap((reader) => {
    const found = deployed.functions.find(({ name }) => name === reader.function);
    const counted = counts.functions[reader.function];
    if (!found || !counted) return [];
    const { name, architecture } = found;
    const second = first(architecture === 'arm64' ? 'lambdaArmSeconds' : 'lambdaX86Seconds');
    return memoriesWith(found.memoryMiB).map((memoryMiB) => {
      const billedMs = billedMsOf(counted, memoryMiB, reader.batchSize);
      const batches = orders / reader.batchSize;
      return {
        name,
        memoryMiB,
        billedMs,
        lambdaUsd: batches * (first('lambdaRequests') + (billedMs / 1_000) * (memoryMiB / 1_024) * second),
        ordersPerSecond: (reader.batchSize / billedMs) * 1_000,
        deployed: memoryMiB === found.memoryMiB,
      };
    });
  });
}

const memoriesWith = (memoryMiB: number): number[] =>
  [...new Set([...comparedMemories, memoryMiB])].toSorted((one, other) => one - other);

/** The price of one of a line's quantity. */
const firstTier = (prices: Prices, region: Region) => (id: PriceId) =>
  (prices[id].usd[region][0]?.[1] ?? 0) / prices[id].per;
