import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Child, startChild } from '../child.ts';
import type { PostJob } from '../children/order-client.ts';
import { cpuSeconds } from '../cpu.ts';
import { makeFolder, removeFolder } from '../folder.ts';
import type { Load } from '../load.ts';
import type { Runtime } from '../runtime.ts';
import type { Figures } from '../statistics.ts';
import { Stores } from '../stores.ts';
import { type Accepted, measureAccepting } from './accepting.ts';
import { measureStart } from './start.ts';

/** How many orders a cold measurement takes. */
export interface ColdSizes {
  /** The first ones that a fresh runtime gets into both stores. */
  readonly first: number;
  /** Those after them, by when its code is compiled. */
  readonly next: number;
  /** The first ones that a fresh runtime accepts from 1 caller and from 16. */
  readonly callers: number;
}

/**
 * One round of starts in a folder of its own: the first, which synthesizes, and three more, each with no other work
 * than what is measured. The client that posts is warm.
 */
export async function measureCold(sizes: ColdSizes, say: (what: string) => void): Promise<Figures> {
  const folder = makeFolder();
  const client = startChild<PostJob, Load>('order-client.ts');
  try {
    await warmUp(client, sizes.callers);
    say('starting, synthesis included');
    const first = await measureStart(folder);
    const firstStartCpu = cpuSeconds(first.runtime.pid);
    await first.runtime.close();

    say('starting again');
    const second = await measureStart(folder);
    const secondStartCpu = cpuSeconds(second.runtime.pid);
    const cold = await postThenClose(second.runtime, client, async (post) => {
      say(`posting the first ${sizes.first} orders, 64 at a time, and the ${sizes.next} after them`);
      return { first: await post(sizes.first - 1, 64), next: await post(sizes.next, 64) };
    });
    const fresh = async (concurrency: number) => {
      say(`starting again, and posting the first ${sizes.callers} orders, ${concurrency} at a time`);
      const { runtime } = await measureStart(folder);
      return postThenClose(runtime, client, (post) => post(sizes.callers, concurrency));
    };
    const sixteen = await fresh(16);
    const one = await fresh(1);
    return {
      firstStartSeconds: first.startMs / 1_000,
      firstStartCpu,
      secondStartSeconds: second.startMs / 1_000,
      secondStartCpu,
      firstPerSecond: cold.first.storedPerSecond,
      firstCpuMs: cold.first.cpuMsAnOrder,
      nextPerSecond: cold.next.storedPerSecond,
      nextCpuMs: cold.next.cpuMsAnOrder,
      accept1PerSecond: one.acceptedPerSecond,
      accept1CpuMs: one.cpuMsAnOrder,
      accept16PerSecond: sixteen.acceptedPerSecond,
      accept16P50Ms: sixteen.p50Ms,
      accept16P99Ms: sixteen.p99Ms,
      accept16CpuMs: sixteen.cpuMsAnOrder,
    };
  } finally {
    await client.close();
    removeFolder(folder);
  }
}

type Post = (orders: number, concurrency: number) => Promise<Accepted & { readonly cpuMsAnOrder: number }>;

/** Lets `use` post further orders to a runtime that has had its first, and then closes it. */
async function postThenClose<Result>(
  runtime: Runtime,
  client: Child<PostJob, Load>,
  use: (post: Post) => Promise<Result>,
): Promise<Result> {
  const { environment, outputs, pid } = runtime;
  const stores = new Stores({
    environment,
    table: outputs.OrderTableName ?? '',
    bucket: outputs.InvoiceBucketName ?? '',
  });
  let sent = 1; // by measureStart
  try {
    return await use(async (orders, concurrency) => {
      const cpu = cpuSeconds(pid);
      const accepted = await measureAccepting(client, runtime, stores, {
        first: sent,
        orders,
        ordersAPost: 1,
        concurrency,
      });
      sent += orders;
      return { ...accepted, cpuMsAnOrder: ((cpuSeconds(pid) - cpu) * 1_000) / orders };
    });
  } finally {
    stores.close();
    await runtime.close();
  }
}

/** Lets the client post to a server that does nothing, so that compiling its code is not part of what is measured. */
async function warmUp(client: Child<PostJob, Load>, orders: number): Promise<void> {
  const answer = JSON.stringify({ accepted: [{ eventId: '' }] });
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(202, { 'content-type': 'application/json' }).end(answer));
  }).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await client.run({ apiUrl, apiKey: '', first: 0, orders, ordersAPost: 1, concurrency: 16 });
  } finally {
    server.close();
    server.closeAllConnections();
  }
}
