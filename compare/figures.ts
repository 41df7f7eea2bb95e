import type { Summary } from '../local/metrics/function-metrics.ts';
import type { MetricsSnapshot } from '../local/metrics/metrics.ts';
import type { Statistics } from '../local/metrics/statistics.ts';

/** What one function did between two looks at the metrics. */
export interface Figures {
  readonly invocations: number;
  readonly errors: number;
  readonly records: number;
  readonly averageBatch: number;
  /** How many batches were sent for which reason. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Billed milliseconds times memory. */
  readonly mbMs: number;
  /** Of an invocation. */
  readonly averageDurationMs: number;
  /** To and from the function. */
  readonly networkBytes: number;
  /** From a record's arrival on the stream to the end of the invocation that handled it. */
  readonly lagMs: { readonly p50: number; readonly p99: number };
}

/** The figures of the function between the two snapshots. Throws where the later one doesn't know it. */
export const figuresBetween = (before: MetricsSnapshot, after: MetricsSnapshot, functionName: string): Figures => {
  const totals = [before, after].map(
    ({ functions }) => functions.find((each) => each.functionName === functionName)?.total,
  );
  const [earlier, later] = totals as [Summary | undefined, Summary | undefined];
  if (!later) throw new Error(`the runtime has no function ${functionName}`);
  const sum = (of: (summary: Summary) => Statistics): number => of(later).sum - (earlier ? of(earlier).sum : 0);
  const count = (of: (summary: Summary) => number): number => of(later) - (earlier ? of(earlier) : 0);
  const invocations = count((summary) => summary.invocations);
  const batches = count((summary) => summary.batchSize.count);
  const records = sum((summary) => summary.batchSize);
  const reasons = Object.entries(later.reasons)
    .map(([reason, sent]) => [reason, sent - (earlier?.reasons[reason] ?? 0)] as const)
    .filter(([, sent]) => sent > 0);
  return {
    invocations,
    errors: count((summary) => summary.errors),
    records,
    averageBatch: batches === 0 ? 0 : records / batches,
    reasons: Object.fromEntries(reasons),
    mbMs: sum((summary) => summary.billedMbMs),
    averageDurationMs: invocations === 0 ? 0 : sum((summary) => summary.durationMs) / invocations,
    networkBytes: sum((summary) => summary.bytesIn) + sum((summary) => summary.bytesOut),
    lagMs: lagBetween(before, after, functionName),
  };
};

const lagBetween = (before: MetricsSnapshot, after: MetricsSnapshot, functionName: string): Figures['lagMs'] => {
  const counts = new Map<number, number>();
  for (const [sign, { mappings }] of [
    [-1, before],
    [1, after],
  ] as const) {
    const buckets = mappings.filter((each) => each.functionName === functionName).flatMap(({ lagMs }) => lagMs.buckets);
    for (const [upTo, count] of buckets) counts.set(upTo, (counts.get(upTo) ?? 0) + sign * count);
  }
  const sorted = [...counts].sort(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  const quantile = (q: number): number => {
    let seen = 0;
    for (const [upTo, count] of sorted) {
      seen += count;
      if (seen >= q * all) return upTo;
    }
    return 0;
  };
  return { p50: quantile(0.5), p99: quantile(0.99) };
};
