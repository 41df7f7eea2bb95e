import { join } from 'node:path';
import { startChild } from '../child.ts';
import type { FloorJob } from '../children/engine-client.ts';
import type { EnginesJob } from '../children/engines.ts';
import { createFloorResources } from '../floor-resources.ts';
import type { Load } from '../load.ts';
import { residentMegabytes, restingMegabytes } from '../memory.ts';
import type { Sizes } from '../sizes.ts';
import { type Figures, percentile } from '../statistics.ts';

/**
 * What the engines give one process that makes the system's calls with the functions' own clients and adapters, and
 * does nothing else, in the same turns as the runtime's: on engines that hold about as much, and as warm.
 */
export async function measureFloor(folder: string, sizes: Sizes): Promise<Figures> {
  const engines = startChild<EnginesJob, Record<string, string>>('engines.ts');
  try {
    const environment = await engines.run({ dataDir: join(folder, 'floor') });
    await createFloorResources(environment);
    const client = startChild<FloorJob, Load>('engine-client.ts', environment);
    try {
      let first = 0;
      const load = async (calls: FloorJob['calls'], orders: number, concurrency: number) => {
        const { seconds, latenciesMs } = await client.run({ calls, first, orders, concurrency });
        first += orders;
        return { perSecond: orders / seconds, p50: percentile(latenciesMs, 0.5), p99: percentile(latenciesMs, 0.99) };
      };
      const emptyMegabytes = residentMegabytes(engines.pid);
      await load('all', sizes.held - sizes.latency, 64);
      const single = await load('all', sizes.latency, 1);
      const loadedMegabytes = residentMegabytes(engines.pid);
      const heldMegabytes = await restingMegabytes(engines.pid, sizes.restMs);
      await load('all', sizes.warmUp, 64);
      const all = await load('all', sizes.sixtyFour, 64);
      const stores = await load('stores', sizes.batched, 64);
      const grownMegabytes = await restingMegabytes(engines.pid, sizes.restMs);
      const growthMegabytes = ((grownMegabytes - heldMegabytes) * 10_000) / (first - sizes.held);
      await load('stream', sizes.warmUp, 1);
      const one = await load('stream', sizes.one, 1);
      const sixteen = await load('stream', sizes.sixteen, 16);
      const sixtyFour = await load('stream', sizes.sixtyFour, 64);
      return {
        put1PerSecond: one.perSecond,
        put1P50Ms: one.p50,
        put1P99Ms: one.p99,
        put16PerSecond: sixteen.perSecond,
        put16P50Ms: sixteen.p50,
        put16P99Ms: sixteen.p99,
        put64PerSecond: sixtyFour.perSecond,
        put64P50Ms: sixtyFour.p50,
        put64P99Ms: sixtyFour.p99,
        threeCallsPerSecond: all.perSecond,
        storesPerSecond: stores.perSecond,
        orderP50Ms: single.p50,
        orderP99Ms: single.p99,
        emptyMegabytes,
        heldMegabytes,
        loadedMegabytes,
        growthMegabytes,
      };
    } finally {
      await client.close();
    }
  } finally {
    await engines.close();
  }
}
