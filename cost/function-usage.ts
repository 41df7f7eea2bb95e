import { maxConcurrentKeys } from '../lambda/runtime/kinesis-consumer.ts';
import { batchesOf } from './batches.ts';
import type { Counts, FunctionCounts } from './counts.ts';
import type { Deployed, DeployedFunction } from './deployed.ts';
import { readersOfOrders, type Shards } from './stream-usage.ts';
import type { Usage } from './usage.ts';
import { gigabyte, secondsOf, storedGigabyteMonths, type Workload } from './workload.ts';

/** One function at work. */
export interface FunctionUsage extends DeployedFunction {
  readonly counts: FunctionCounts;
  readonly invocationsPerSecond: number;
  readonly ordersPerInvocation: number;
  readonly billedMs: number;
  /** How many of its environments are at work on average. */
  readonly concurrency: number;
  /** The share of the time that each shard's reader is at work: above 1 it falls behind. Undefined for one that reads none. */
  readonly busy?: number;
}

/** At this memory Lambda gives a function one whole core, below it a share. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const wholeCoreMiB = 1_769;

/** Assumed, since only an account could tell: how long each of AWS's answers is waited for. */
export const assumedWaitMs: Readonly<Record<string, number>> = { kinesis: 10, dynamodb: 5, s3: 25 };

const ingest = 'ingest-order';

/** Each function that an order wakes, and how it works; one that was never counted is left out. */
export function functionsAtWork(
  deployed: Deployed,
  workload: Workload,
  counts: Counts,
  shards: Shards,
): FunctionUsage[] {
  const { ordersPerSecond, ordersPerPost } = workload;
  const posting = { name: ingest, invocationsPerSecond: ordersPerSecond / ordersPerPost };
  const reading = readersOfOrders(deployed).map((reader) => {
    const each = ordersPerSecond / shards.open;
    return {
      name: reader.function,
      invocationsPerSecond: batchesOf(reader, each, shards.eventBytes) * shards.open,
      reads: true,
    };
  });
  return [posting, ...reading].flatMap(({ name, invocationsPerSecond, ...role }) => {
    const found = deployed.functions.find((candidate) => candidate.name === name);
    const counted = counts.functions[name];
    if (!found || !counted) return [];
    const ordersPerInvocation = ordersPerSecond / invocationsPerSecond;
    const billedMs = billedMsOf(counted, found.memoryMiB, ordersPerInvocation);
    const concurrency = (invocationsPerSecond * billedMs) / 1_000;
    return [
      {
        ...found,
        counts: counted,
        invocationsPerSecond,
        ordersPerInvocation,
        billedMs,
        concurrency,
        ...('reads' in role && { busy: concurrency / shards.open }),
      },
    ];
  });
}

/**
 * The CPU time counted, on the share of a core that the memory buys; then the answer that is waited for last, or, where
 * waiting takes longer than computing, all the answers, as many at a time as a consumer works on. Whole milliseconds.
 */
export function billedMsOf(counts: FunctionCounts, memoryMiB: number, orders: number): number {
  const cpuMs = (counts.invocationCpuMs + counts.orderCpuMs * orders) / Math.min(1, memoryMiB / wholeCoreMiB);
  const waits = Object.entries(counts.callsPerOrder).map(([action, calls]) => {
    const waitMs = assumedWaitMs[serviceOf(action)] ?? 0;
    return Math.max(cpuMs + waitMs, Math.ceil((calls * orders) / maxConcurrentKeys) * waitMs);
  });
  return Math.ceil(Math.max(cpuMs, ...waits));
}

const serviceOf = (action: string): string => action.split(':', 1)[0] ?? '';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-example-event.html */
const insightsLogBytes = 1_100;

/** X-Ray's default rule: the first request of each second, and a twentieth of the others. */
const traced = (perSecond: number): number => Math.min(1, perSecond) + 0.05 * Math.max(0, perSecond - 1);

/** What Lambda, the logs and X-Ray are paid for. */
export function functionUsages(functions: readonly FunctionUsage[], workload: Workload): Usage[] {
  const seconds = secondsOf(workload);
  const total = (of: (each: FunctionUsage) => number) =>
    functions.reduce((sum, each) => sum + each.invocationsPerSecond * seconds * of(each), 0);
  const gigabyteSeconds = (architecture: DeployedFunction['architecture']) =>
    total((each) => (each.architecture === architecture ? (each.billedMs / 1_000) * (each.memoryMiB / 1_024) : 0));
  const logBytes = total(({ counts, insights }) => counts.logBytes + (insights ? insightsLogBytes : 0));
  return [
    { price: 'lambdaRequests', quantity: total(() => 1), what: `${functions.length} functions` },
    { price: 'lambdaArmSeconds', quantity: gigabyteSeconds('arm64'), what: '' },
    { price: 'lambdaX86Seconds', quantity: gigabyteSeconds('x86_64'), what: '' },
    { price: 'logBytes', quantity: logBytes / gigabyte, what: 'written' },
    { price: 'logStorage', quantity: storedGigabyteMonths(logBytes, workload), what: 'kept for a month' },
    {
      price: 'traces',
      quantity: functions.reduce((sum, each) => sum + traced(each.invocationsPerSecond) * seconds, 0),
      what: '1 a second and 5 % of the others, of each function',
    },
  ];
}
