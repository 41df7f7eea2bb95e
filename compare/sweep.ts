import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { OrderPlaced } from '../domain/order/order-placed.ts';
import { awsPace } from '../local/pace.ts';
import { VirtualClock } from '../local/virtual-clock.ts';
import { type Took, timeOfBatches, typicalTimes, usdAMillion } from './batch-cost.ts';
import type { CommandLine } from './command-line.ts';
import { drawOrders, type OrderBody } from './draw-orders.ts';
import { type Figures, figuresBetween } from './figures.ts';
import type { Point } from './knee.ts';
import { Mappings } from './mappings.ts';
import { type Pair, sweptPairs } from './pairs.ts';
import { showProgress } from './progress.ts';
import { type ComparedStack, ComparisonError, clientSettings, output, startOwn } from './stack.ts';

/**
 * What one pair did with the orders: `lag` in seconds, 99 of 100 orders wait no longer; `cost`
 * in dollars for a million.
 */
export interface SweptPair extends Point {
  readonly pair: Pair;
  readonly figures: Figures;
}

export interface Sweep {
  readonly swept: readonly SweptPair[];
  /** Milliseconds that an invocation takes, and that each record adds. */
  readonly time: { readonly start: number; readonly slope: number };
}

/** Orders go to the stream this often. */
const tickMs = 100;
const largestPut = 500;
const patienceMs = 600_000;
const warmUpOrders = 200;

/**
 * Gives the same orders to put-item-2 under each pair, in virtual time: polls, windows and arrivals take place when
 * they would, but nobody waits for them; what an invocation takes, it takes really. The other consumers rest.
 */
export const sweep = async (
  { orders, rate, seed, pairs = sweptPairs }: CommandLine,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Sweep> => {
  const clock = new VirtualClock();
  const stack = await startOwn(say, { pace: awsPace, clock, environments: 1 });
  const mappings = new Mappings(stack);
  const kinesis = new KinesisClient({ ...clientSettings(stack, 'KINESIS'), requestHandler: new NodeHttpHandler() });
  const progress = showProgress({ pairs: pairs.length });
  const runs: { readonly pair: Pair; readonly figures: Figures }[] = [];
  const times: Took[] = [];
  let memoryMb = 0;
  try {
    const name = output(stack, 'PutItem2FunctionName');
    await mappings.onlyFor(name);
    const run = async (pair: Pair, count: number, label: string) => {
      await mappings.gather(name, pair);
      const before = await stack.metrics();
      const sent = drawOrders(count, seed, label);
      const after = await clock.run(() => drive({ stack, kinesis, clock, name, sent, rate, signal }));
      return {
        figures: figuresBetween(before, after, name),
        after: after.functions.find((each) => each.functionName === name),
      };
    };
    await run({ batchSize: 10, windowSeconds: 0 }, warmUpOrders, 'warm');
    for (const [index, pair] of pairs.entries()) {
      const { figures, after } = await run(pair, orders, `s${index}`);
      runs.push({ pair, figures });
      times.push(...typicalTimes(after?.invocations.slice(-figures.invocations) ?? []));
      memoryMb = after?.memoryMb ?? memoryMb;
      progress.set('pairs', index + 1);
    }
    const time = timeOfBatches(times);
    const swept = runs.map(({ pair, figures }) => ({
      pair,
      figures,
      lag: figures.lagMs.p99 / 1_000,
      cost: usdAMillion(figures, time, memoryMb),
    }));
    return { swept, time };
  } finally {
    progress.stop();
    mappings.close();
    kinesis.destroy();
    await clock.run(() => stack.close());
  }
};

interface Drive {
  readonly stack: ComparedStack;
  readonly kinesis: KinesisClient;
  readonly clock: VirtualClock;
  readonly name: string;
  readonly sent: readonly OrderBody[];
  readonly rate: number;
  readonly signal: AbortSignal;
}

/** Puts the orders on the stream at their rate, and waits until the function has handled them. */
const drive = async ({ stack, kinesis, clock, name, sent, rate, signal }: Drive) => {
  const before = await clock.during(stack.metrics());
  const startedAt = clock.now();
  for (let put = 0; put < sent.length; ) {
    signal.throwIfAborted();
    const due = Math.min(sent.length, Math.ceil(((clock.now() - startedAt) / 1_000) * rate) + 1, put + largestPut);
    if (due > put)
      await clock.during(putOrders(kinesis, output(stack, 'StreamName'), sent.slice(put, due), put, clock));
    put = due;
    await clock.sleep(tickMs);
  }
  const deadline = clock.now() + patienceMs;
  for (;;) {
    signal.throwIfAborted();
    const after = await clock.during(stack.metrics());
    const { records, errors } = figuresBetween(before, after, name);
    if (errors > 0) throw new ComparisonError(`${name} failed: its log says why`);
    if (records >= sent.length) return after;
    if (clock.now() > deadline) throw new ComparisonError(`${name} handled ${records} of ${sent.length} orders`);
    await clock.sleep(1_000);
  }
};

const putOrders = async (
  kinesis: KinesisClient,
  StreamName: string,
  orders: readonly OrderBody[],
  first: number,
  clock: VirtualClock,
): Promise<void> => {
  const Records = orders.map((order, index) => {
    const subject = `${order.accountid}/${order.vendorid}`;
    const { unitprice, quantity } = order.details;
    const event = OrderPlaced.create({
      id: `${order.accountid}-${first + index}`,
      source: '/orders',
      subject,
      time: new Date(clock.now()).toISOString(),
      data: { ...order, details: { ...order.details, unitprice: Number(unitprice), quantity: Number(quantity) } },
    });
    return { PartitionKey: subject, Data: Buffer.from(JSON.stringify(event)) };
  });
  const { FailedRecordCount } = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
  if (FailedRecordCount) throw new ComparisonError(`the stream took all but ${FailedRecordCount} orders`);
};
