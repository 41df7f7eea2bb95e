import type { Deployed } from './deployed.ts';
import type { Region } from './prices.ts';
import type { StackUsage } from './usage.ts';
import type { StreamMode, Workload } from './workload.ts';

/** A limit that the workload passes. */
export interface Binding {
  readonly quota: string;
  readonly needed: number;
  readonly limit: number;
  /** What to do about it. */
  readonly remedy: string;
}

/** What AWS gives an account before it asks for more. */
const account = {
  requestsPerSecond: 10_000, // https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
  concurrency: 1_000, // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
  tableWritesPerSecond: 40_000, // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html
  prefixPutsPerSecond: 3_500, // https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html
};

/** https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html; Sydney has 1,000 or 6,000 shards. */
const streams: Readonly<Record<Region, { readonly shards: number; readonly onDemandBytesPerSecond: number }>> = {
  'us-east-1': { shards: 20_000, onDemandBytesPerSecond: 10e9 },
  'ap-southeast-2': { shards: 1_000, onDemandBytesPerSecond: 200e6 },
};

/** The limits that bind, in the order in which an order meets them. */
export function bindingQuotas(deployed: Deployed, usage: StackUsage, workload: Workload, mode: StreamMode): Binding[] {
  const { shards, functions, postsPerSecond } = usage;
  const of = streams[workload.region];
  const all: Binding[] = [
    {
      quota: "the API's throttle, requests a second",
      needed: postsPerSecond,
      limit: deployed.requestsPerSecond,
      remedy: '-c throttle=, or more orders a post',
    },
    {
      quota: "API Gateway's requests a second, of the account",
      needed: postsPerSecond,
      limit: account.requestsPerSecond,
      remedy: 'more orders a post, or ask AWS',
    },
    {
      quota: "Lambda's concurrency, of the account",
      needed: functions.reduce((sum, { concurrency }) => sum + concurrency, 0),
      limit: account.concurrency,
      remedy: 'larger batches, or ask AWS',
    },
    mode === 'onDemand'
      ? {
          quota: 'bytes a second of an on-demand stream',
          needed: usage.streamBytesPerSecond,
          limit: of.onDemandBytesPerSecond,
          remedy: 'provisioned shards, or ask AWS',
        }
      : { quota: 'shards, of the account', needed: shards.needed, limit: of.shards, remedy: 'ask AWS' },
    ...functions
      .filter(({ busy = 0 }) => busy > 1)
      .map(({ name, busy = 0 }) => ({
        quota: `${name}'s time, of one reader a shard`,
        needed: busy,
        limit: 1,
        remedy: 'more shards or memory',
      })),
    {
      quota: 'write units a second of a table and its index',
      needed: usage.tableWritesPerSecond,
      limit: account.tableWritesPerSecond,
      remedy: 'ask AWS',
    },
    {
      quota: 'PUTs a second under one prefix of a bucket',
      needed: usage.bucketPutsPerSecond,
      limit: account.prefixPutsPerSecond,
      remedy: 'grow slowly: S3 splits the prefix by account',
    },
  ];
  return all.filter(({ needed, limit }) => needed > limit);
}
