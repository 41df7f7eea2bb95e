import type { Counts } from './counts.ts';
import type { Deployed } from './deployed.ts';
import { type FunctionUsage, functionsAtWork, functionUsages } from './function-usage.ts';
import type { PriceId } from './prices.ts';
import { bucketPutsPerSecond, storeUsages, tableWritesPerSecond } from './store-usage.ts';
import { type Shards, shardsOf, streamUsages } from './stream-usage.ts';
import { readersAtWork, trafficOf } from './traffic.ts';
import { gigabyte, hoursOf, hoursPerMonth, ordersOf, type StreamMode, secondsOf, type Workload } from './workload.ts';

/** A quantity of something that has a price. */
export interface Usage {
  readonly price: PriceId;
  readonly quantity: number;
  /** What it is made of, for a person. */
  readonly what: string;
}

/** All that a stack uses under a workload. */
export interface StackUsage {
  readonly usages: readonly Usage[];
  readonly functions: readonly FunctionUsage[];
  /** Readers at work of which there is no count, and so no cost here. */
  readonly uncounted: readonly string[];
  readonly shards: Shards;
  readonly streamBytesPerSecond: number;
  /** Of the table that is written most, with its index. */
  readonly tableWritesPerSecond: number;
  readonly bucketPutsPerSecond: number;
  readonly postsPerSecond: number;
}

/** What the stack uses of everything that has a price, with the stream in one of its two modes. */
export function usageOf(deployed: Deployed, workload: Workload, counts: Counts, mode: StreamMode): StackUsage {
  const shards = shardsOf(deployed, workload, counts, mode);
  const functions = functionsAtWork(deployed, workload, counts, shards);
  const orders = ordersOf(workload);
  const posts = orders / workload.ordersPerPost;
  const answered = posts * counts.answerBytes + orders * counts.answerBytesPerOrder;
  const months = hoursOf(workload) / hoursPerMonth;
  const writes = functions.map((each) => tableWritesPerSecond(each, workload, counts));
  const measured = functions.filter(({ insights }) => insights).length * metricsOfInsights;
  return {
    usages: [
      { price: 'apiRequests', quantity: posts, what: `posts of ${workload.ordersPerPost}` },
      { price: 'dataOut', quantity: answered / gigabyte, what: 'answers to clients' },
      ...functionUsages(functions, workload),
      ...streamUsages(deployed, workload, counts, shards, mode),
      ...storeUsages(deployed, functions, workload, counts),
      { price: 'busEvents', quantity: workload.salesPerSecond * secondsOf(workload), what: 'sales' },
      { price: 'dashboards', quantity: deployed.dashboards * months, what: '' },
      { price: 'alarms', quantity: deployed.alarms * months, what: '' },
      {
        price: 'metrics',
        quantity: (deployed.shardMetrics * shards.open + measured) * months,
        what: 'of shards and of Lambda Insights',
      },
    ],
    functions,
    uncounted: readersAtWork(deployed, workload, counts)
      .map((reader) => reader.function)
      .filter((name) => !counts.functions[name]),
    shards,
    streamBytesPerSecond: Object.values(trafficOf(workload, counts)).reduce(
      (sum, { perSecond, bytes }) => sum + perSecond * bytes,
      0,
    ),
    tableWritesPerSecond: Math.max(...writes),
    bucketPutsPerSecond: bucketPutsPerSecond(functions),
    postsPerSecond: workload.ordersPerSecond / workload.ordersPerPost,
  };
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-metrics.html */
const metricsOfInsights = 8;
