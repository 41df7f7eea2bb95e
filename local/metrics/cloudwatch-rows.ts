import type { MinuteSummary } from './function-metrics.ts';
import type { MetricsSnapshot } from './metrics.ts';
import type { Statistics } from './statistics.ts';

/** One metric of one minute, as CloudWatch would keep it. */
export interface MetricRow {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: Readonly<Record<string, string>>;
  /** Its start, ISO 8601. */
  readonly minute: string;
  readonly unit: 'Count' | 'Milliseconds' | 'Megabytes' | 'Bytes' | 'None';
  readonly sampleCount: number;
  readonly sum: number;
  readonly average: number;
  readonly minimum: number;
  readonly maximum: number;
}

type Describe = (minute: MinuteSummary) => Statistics;

/** Of a value that is 1 or 0 each time. */
const ones = (count: number, sum: number): Statistics => ({
  count,
  sum,
  min: sum < count ? 0 : 1,
  max: sum > 0 ? 1 : 0,
});

/**
 * Lambda's own metrics, Lambda Insights' by the names under which it reports them, and under `Local` what AWS has no
 * metric for. https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html,
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-metrics.html
 */
const metrics: readonly (readonly [string, string, MetricRow['unit'], Describe])[] = [
  ['AWS/Lambda', 'Invocations', 'Count', (minute) => ones(minute.invocations, minute.invocations)],
  ['AWS/Lambda', 'Errors', 'Count', (minute) => ones(minute.invocations, minute.errors)],
  ['AWS/Lambda', 'Throttles', 'Count', (minute) => ones(minute.throttles, minute.throttles)],
  ['AWS/Lambda', 'Duration', 'Milliseconds', (minute) => minute.durationMs],
  ['AWS/Lambda', 'IteratorAge', 'Milliseconds', (minute) => minute.iteratorAgeMs],
  ['LambdaInsights', 'billed_duration', 'Milliseconds', (minute) => minute.billedMs],
  ['LambdaInsights', 'billed_mb_ms', 'None', (minute) => minute.billedMbMs],
  ['LambdaInsights', 'init_duration', 'Milliseconds', (minute) => minute.initMs],
  ['LambdaInsights', 'cpu_total_time', 'Milliseconds', (minute) => minute.cpuMs],
  ['LambdaInsights', 'used_memory_max', 'Megabytes', (minute) => minute.memoryUsedMb],
  ['LambdaInsights', 'rx_bytes', 'Bytes', (minute) => minute.bytesIn],
  ['LambdaInsights', 'tx_bytes', 'Bytes', (minute) => minute.bytesOut],
  ['Local', 'BatchSize', 'Count', (minute) => minute.batchSize],
];

const insights = 'LambdaInsights';

/**
 * A row for each function, metric and minute with data, minutes in order; Lambda Insights names its
 * dimension in lower case.
 */
export const cloudWatchRows = ({ functions }: Pick<MetricsSnapshot, 'functions'>): MetricRow[] =>
  functions
    .flatMap(({ functionName, minutes }) =>
      minutes.flatMap((minute) =>
        metrics.flatMap(([namespace, metricName, unit, describe]): MetricRow[] => {
          const { count, sum, min, max } = describe(minute);
          if (count === 0) return [];
          const dimensions = { [namespace === insights ? 'function_name' : 'FunctionName']: functionName };
          const statistics = { sampleCount: count, sum, average: sum / count, minimum: min, maximum: max };
          return [
            { namespace, metricName, dimensions, minute: new Date(minute.minute).toISOString(), unit, ...statistics },
          ];
        }),
      ),
    )
    .sort((a, b) => (a.minute < b.minute ? -1 : a.minute > b.minute ? 1 : 0));
