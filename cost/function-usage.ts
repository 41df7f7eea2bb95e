import { maxConcurrentKeys } from '../lambda/runtime/kinesis-consumer.ts';
import { batchesOf } from './batches.ts';
import type { Counts, FunctionCounts } from './counts.ts';
import type { Deployed, DeployedFunction } from './deployed.ts';
import type { Shards } from './stream-usage.ts';
import { readersAtWork, takesOrders, trafficFor } from './traffic.ts';
import type { Usage } from './usage.ts';
import { gigabyte, secondsOf, storedGigabyteMonths, type Workload } from './workload.ts';

/** One function at work. */
export interface FunctionUsage extends DeployedFunction {
  readonly counts: FunctionCounts;
  /** Whether it takes orders, and sales only beside them. */
  readonly ofOrders: boolean;
  readonly recordsPerSecond: number;
  readonly invocationsPerSecond: number;
  readonly recordsPerInvocation: number;
  readonly billedMs: number;
  /** How many of its environments are at work on average. */
  readonly concurrency: number;
  /**
   * The share of the time that each shard's reader is at work: above 1 it falls behind. Undefined
   * for one that reads none.
   */
  readonly busy?: number;
}

/**
 * At this memory Lambda gives a function one whole core, below it a share.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
 */
const wholeCoreMiB = 1_769;

/** Assumed, since only an account could tell: how long each of AWS's answers is waited for. */
export const assumedWaitMs: Readonly<Record<string, number>> = { kinesis: 10, dynamodb: 5, s3: 25 };

const ingest = 'ingest-order';

/** Each function that the workload wakes, and how it works; one that was never counted is left out. */
export function functionsAtWork(
  deployed: Deployed,
  workload: Workload,
  counts: Counts,
  shards: Shards,
): FunctionUsage[] {
  const { ordersPerSecond, ordersPerPost } = workload;
  const posting = {
    name: ingest,
    recordsPerSecond: ordersPerSecond,
    invocationsPerSecond: ordersPerSecond / ordersPerPost,
    ofOrders: true,
  };
  const reading = readersAtWork(deployed, workload, counts).map((reader) => {
    const { perSecond, bytes } = trafficFor(reader, workload, counts);
    return {
      name: reader.function,
      recordsPerSecond: perSecond,
      invocationsPerSecond: batchesOf(reader, perSecond / shards.open, bytes) * shards.open,
      ofOrders: takesOrders(reader),
      reads: true,
    };
  });
  return [posting, ...reading].flatMap(({ name, recordsPerSecond, invocationsPerSecond, ofOrders, ...role }) => {
    const found = deployed.functions.find((candidate) => candidate.name === name);
    const counted = counts.functions[name];
    if (!found || !counted) return [];
    const recordsPerInvocation = recordsPerSecond / invocationsPerSecond;
    const billedMs = billedMsOf(counted, found.memoryMiB, recordsPerInvocation);
    const concurrency = (invocationsPerSecond * billedMs) / 1_000;
    return [
      {
        ...found,
        counts: counted,
        ofOrders,
        recordsPerSecond,
        invocationsPerSecond,
        recordsPerInvocation,
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
export function billedMsOf(counts: FunctionCounts, memoryMiB: number, records: number): number {
  const cpuMs = (counts.invocationCpuMs + counts.recordCpuMs * records) / Math.min(1, memoryMiB / wholeCoreMiB);
  const waits = Object.entries(counts.callsPerRecord).map(([action, calls]) => {
    const waitMs = assumedWaitMs[serviceOf(action)] ?? 0;
    return Math.max(cpuMs + waitMs, Math.ceil((calls * records) / maxConcurrentKeys) * waitMs);
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
