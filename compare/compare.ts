import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandLine } from './command-line.ts';
import { OrderCounter } from './count-orders.ts';
import { accountsOf, drawOrders } from './draw-orders.ts';
import { type Figures, figuresBetween } from './figures.ts';
import { Mappings } from './mappings.ts';
import type { Pair } from './pairs.ts';
import { postOrders } from './post-orders.ts';
import { type Progress, showProgress } from './progress.ts';
import { type ComparedStack, ComparisonError, output } from './stack.ts';

/** One of the two, and what it did. */
export interface Compared extends Figures {
  readonly name: string;
  readonly pair: Pair;
}

export interface Comparison {
  readonly orders: number;
  /** As far as the API kept up with what was asked for. */
  readonly ratePerSecond: number;
  readonly askedPerSecond: number;
  /** From the first post until both tables held every order. */
  readonly seconds: number;
  readonly putItem1: Compared;
  readonly putItem2: Compared;
  readonly ingest: Figures;
}

const lookEveryMs = 250;
/** How long no table may get any further, beside the longest window. */
const patienceMs = 60_000;

/** Posts the orders and waits until both tables hold them all. */
export const compare = async (
  stack: ComparedStack,
  { orders, rate, seed, pairs }: CommandLine,
  interrupt: AbortSignal,
): Promise<Comparison> => {
  const names = [output(stack, 'PutItem1FunctionName'), output(stack, 'PutItem2FunctionName')] as const;
  const failing = new AbortController();
  const signal = AbortSignal.any([interrupt, failing.signal]);
  const mappings = new Mappings(stack);
  const counter = new OrderCounter(stack);
  const before = [await mappings.pairOf(names[0]), await mappings.pairOf(names[1])] as const;
  const [first = before[0], second = before[1]] = pairs ?? before;
  const gather = async (wanted: readonly Pair[]) => {
    for (const [index, pair] of wanted.entries()) await mappings.gather(names[index] as string, pair);
  };
  try {
    if (pairs) await gather(pairs);
    const progress = showProgress({ posted: orders, 'put-item-1': orders, 'put-item-2': orders });
    try {
      const run = `c${Date.now().toString(36)}`;
      const start = await stack.metrics();
      const startedAt = performance.now();
      const watching = watchTables(stack, counter, accountsOf(run), orders, [first, second], progress, signal);
      const posting = postOrders(stack, drawOrders(orders, seed, run), rate, (n) => progress.set('posted', n), signal);
      const [seconds] = await Promise.all([posting, watching]);
      const elapsed = (performance.now() - startedAt) / 1_000;
      const end = await settled(stack, start, names, orders);
      const ingest = end.functions.find(({ description }) => description === 'ingest-order')?.functionName ?? '';
      return {
        orders,
        askedPerSecond: rate,
        ratePerSecond: orders / Math.max(seconds, orders / rate),
        seconds: elapsed,
        putItem1: { name: 'put-item-1', pair: first, ...figuresBetween(start, end, names[0]) },
        putItem2: { name: 'put-item-2', pair: second, ...figuresBetween(start, end, names[1]) },
        ingest: figuresBetween(start, end, ingest),
      };
    } finally {
      failing.abort(); // what still posts or watches, where one of the two failed
      progress.stop();
      if (pairs) await gather(before);
    }
  } finally {
    mappings.close();
    counter.close();
  }
};

/** An item is there a moment before its invocation is over and measured. */
const settled = async (
  stack: ComparedStack,
  start: Awaited<ReturnType<ComparedStack['metrics']>>,
  names: readonly string[],
  orders: number,
) => {
  for (let tries = 0; ; tries++) {
    const end = await stack.metrics();
    if (tries > 40 || names.every((name) => figuresBetween(start, end, name).records >= orders)) return end;
    await sleep(50);
  }
};

const watchTables = async (
  stack: ComparedStack,
  counter: OrderCounter,
  accounts: readonly string[],
  orders: number,
  pairs: readonly Pair[],
  progress: Progress,
  signal: AbortSignal,
): Promise<void> => {
  const tables = ['PutItem1TableName', 'PutItem2TableName'].map((name) => output(stack, name));
  const quietMs = patienceMs + Math.max(...pairs.map(({ windowSeconds }) => windowSeconds)) * 1_000;
  let known = -1;
  let movedAt = performance.now();
  for (;;) {
    const counts = await Promise.all(tables.map((table) => counter.count(table, accounts)));
    for (const [index, count] of counts.entries()) progress.set(`put-item-${index + 1}`, count);
    if (counts.every((count) => count >= orders)) return;
    const all = counts.reduce((sum, count) => sum + count, 0);
    if (all !== known) movedAt = performance.now();
    known = all;
    if (performance.now() - movedAt > quietMs) {
      throw new ComparisonError(`the tables hold ${counts.join(' and ')} of ${orders} orders, and get no further`);
    }
    await sleep(lookEveryMs, undefined, { signal });
  }
};
