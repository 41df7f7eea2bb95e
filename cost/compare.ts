import type { Counts } from './counts.ts';
import { type Deployed, NotPriced } from './deployed.ts';
import { billedMsOf } from './function-usage.ts';
import type { PriceId, Prices, Region } from './prices.ts';

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
  const first = (id: PriceId) => (prices[id].usd[region][0]?.[1] ?? 0) / prices[id].per;

  return comparedPosts.flatMap((ordersPerPost) =>
    [...new Set([...comparedMemories, ingest.memoryMiB])]
      .toSorted((one, other) => one - other)
      .flatMap((memoryMiB) =>
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
