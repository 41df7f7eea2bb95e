import type { Counts } from './counts.ts';
import type { Deployed, DeployedReader } from './deployed.ts';
import type { Usage } from './usage.ts';
import { gigabyte, hoursOf, hoursPerMonth, ordersOf, type StreamMode, type Workload } from './workload.ts';

/** The stream under a workload. */
export interface Shards {
  /** An event with its partition key. */
  readonly eventBytes: number;
  readonly needed: number;
  /** As many as are deployed, or needed where those are more. */
  readonly open: number;
}

/**
 * What a shard takes and gives to those who share it, with a fifth kept free, since keys don't spread evenly.
 * https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html
 */
const shard = { records: 800, bytesIn: 800_000, bytesOut: 1_600_000 };

/** An on-demand stream begins with four. */
const onDemandShards = 4;

const unitBytes = 25 * 1_024;
const dayHours = 24;
const weekHours = 7 * dayHours;

export const readersOfOrders = ({ readers }: Deployed): readonly DeployedReader[] =>
  readers.filter(({ eventTypes }) => eventTypes?.includes('OrderPlaced') ?? true);

const sharing = (deployed: Deployed): number =>
  readersOfOrders(deployed).filter(({ ownReads }) => !ownReads).length + deployed.deliveries.length;

const withOwnReads = (deployed: Deployed): number =>
  readersOfOrders(deployed).filter(({ ownReads }) => ownReads).length;

export function shardsOf(deployed: Deployed, workload: Workload, counts: Counts, mode: StreamMode): Shards {
  const { ordersPerSecond, orderBytes } = workload;
  const eventBytes = counts.eventBytes + orderBytes - counts.orderBytes;
  const bytesPerSecond = ordersPerSecond * eventBytes;
  const needed = Math.max(
    1,
    Math.ceil(ordersPerSecond / shard.records),
    Math.ceil(bytesPerSecond / shard.bytesIn),
    Math.ceil((bytesPerSecond * sharing(deployed)) / shard.bytesOut),
  );
  const deployedShards = mode === 'onDemand' ? onDemandShards : deployed.shards === 'onDemand' ? 1 : deployed.shards;
  return { eventBytes, needed, open: Math.max(deployedShards, needed) };
}

/** What Kinesis is paid for. */
export function streamUsages(deployed: Deployed, workload: Workload, shards: Shards, mode: StreamMode): Usage[] {
  const { retentionHours } = deployed;
  const hours = hoursOf(workload);
  const orders = ordersOf(workload);
  const gigabytes = (orders * shards.eventBytes) / gigabyte;
  const shared = sharing(deployed);
  const own = withOwnReads(deployed);
  /** GB-months beyond so many hours, once the stream holds as much as it keeps. */
  const keptBeyond = (from: number) =>
    (gigabytes / hours) * Math.max(0, retentionHours - from) * (hours / hoursPerMonth);

  if (mode === 'onDemand') {
    const written = orders * Math.ceil(shards.eventBytes / 1_024) * 1_024;
    return [
      { price: 'streamHours', quantity: hours, what: `${shards.needed} shards needed` },
      { price: 'streamBytesIn', quantity: written / gigabyte, what: 'each record rounded up to 1 KB' },
      { price: 'streamBytesOut', quantity: shared * gigabytes, what: `${shared} readers` },
      { price: 'fanOutBytesOnDemand', quantity: own * gigabytes, what: `${own} consumers` },
      { price: 'retentionBytesOnDemand', quantity: keptBeyond(dayHours), what: `${retentionHours} hours` },
    ];
  }
  return [
    { price: 'shardHours', quantity: shards.open * hours, what: `${shards.open} shards, ${shards.needed} needed` },
    { price: 'putUnits', quantity: orders * Math.ceil(shards.eventBytes / unitBytes), what: '' },
    { price: 'fanOutHours', quantity: own * shards.open * hours, what: `${own} consumers` },
    { price: 'fanOutBytes', quantity: own * gigabytes, what: `${own} consumers` },
    {
      price: 'retentionHours',
      quantity: retentionHours > dayHours ? shards.open * hours : 0,
      what: `${retentionHours} hours`,
    },
    { price: 'retentionBytes', quantity: keptBeyond(weekHours), what: `${retentionHours} hours` },
  ];
}
