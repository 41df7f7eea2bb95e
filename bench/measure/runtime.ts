import { readCommandLine } from '../../local/command-line.ts';
import { startChild } from '../child.ts';
import type { PostJob } from '../children/order-client.ts';
import type { Load } from '../load.ts';
import { residentMegabytes, restingMegabytes } from '../memory.ts';
import type { Sizes } from '../sizes.ts';
import { type Figures, percentile } from '../statistics.ts';
import { Stores } from '../stores.ts';
import { measureAccepting } from './accepting.ts';
import { measureOrderLatency } from './order-latency.ts';
import { measureStart } from './start.ts';

/** Those of each function, by default: each compiles its code for itself, so each has to be warmed up. */
const { environments } = readCommandLine([]);

/**
 * One fresh runtime in `folder`, from its start until it holds `held` orders, and then, since what it compiled is given
 * back while it is left alone, warmed up again for the loads.
 */
export async function measureRuntime(folder: string, sizes: Sizes, say: (what: string) => void): Promise<Figures> {
  say('starting, synthesis included');
  const first = await measureStart(folder);
  await first.runtime.close();
  say('starting again');
  const { runtime, startMs } = await measureStart(folder);
  const client = startChild<PostJob, Load>('order-client.ts');
  const { environment, outputs } = runtime;
  const stores = new Stores({
    environment,
    table: outputs.OrderTableName ?? '',
    bucket: outputs.InvoiceBucketName ?? '',
  });
  try {
    let sent = 1; // by measureStart
    const post = async (upTo: number, concurrency: number, ordersAPost = 1) => {
      const posting = { first: sent, orders: upTo - sent, ordersAPost, concurrency };
      say(`posting ${posting.orders} orders, ${ordersAPost} a post, ${concurrency} posts at a time`);
      sent = upTo;
      return measureAccepting(client, runtime, stores, posting);
    };
    await post(sizes.held - sizes.latency, 64);
    say(`following ${sizes.latency} orders, one by one, into both stores`);
    const latenciesMs = await measureOrderLatency(runtime, stores, sent, sizes.latency);
    sent = sizes.held;
    const loadedMegabytes = residentMegabytes(runtime.pid);
    say('leaving it alone');
    const heldMegabytes = await restingMegabytes(runtime.pid, sizes.restMs);
    await post(sent + environments * sizes.warmUp, 64);
    const sixtyFour = await post(sent + sizes.sixtyFour, 64);
    const sixteen = await post(sent + sizes.sixteen, 16);
    const one = await post(sent + sizes.one, 1);
    await post(sent + sizes.warmUp, 2, 500);
    const batches = await post(sent + sizes.batched, 2, 500);
    const grownMegabytes = await restingMegabytes(runtime.pid, sizes.restMs);
    return {
      firstStartSeconds: first.startMs / 1_000,
      startSeconds: startMs / 1_000,
      orderP50Ms: percentile(latenciesMs, 0.5),
      orderP99Ms: percentile(latenciesMs, 0.99),
      accept1PerSecond: one.acceptedPerSecond,
      accept1P50Ms: one.p50Ms,
      accept1P99Ms: one.p99Ms,
      accept16PerSecond: sixteen.acceptedPerSecond,
      accept16P50Ms: sixteen.p50Ms,
      accept16P99Ms: sixteen.p99Ms,
      accept64PerSecond: sixtyFour.acceptedPerSecond,
      accept64P50Ms: sixtyFour.p50Ms,
      accept64P99Ms: sixtyFour.p99Ms,
      singlesPerSecond: sixtyFour.storedPerSecond,
      batchesAcceptedPerSecond: batches.acceptedPerSecond,
      batchesPerSecond: batches.storedPerSecond,
      clientCores: sixtyFour.clientCores,
      heldMegabytes,
      loadedMegabytes,
      growthMegabytes: ((grownMegabytes - heldMegabytes) * 10_000) / (sent - sizes.held),
    };
  } finally {
    stores.close();
    await client.close();
    await runtime.close();
  }
}
