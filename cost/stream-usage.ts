import type { Counts } from './counts.ts';
import type { Deployed } from './deployed.ts';
import { trafficFor, trafficOf } from './traffic.ts';
import type { Usage } from './usage.ts';
import { gigabyte, hoursOf, hoursPerMonth, type StreamMode, secondsOf, type Workload } from './workload.ts';

/** The stream under a workload. */
export interface Shards {
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

/** Whoever reads the stream reads all of it: filters come after. */
const readersWith = ({ readers }: Deployed, own: boolean): number =>
  readers.filter(({ ownReads }) => ownReads === own).length;

const sharing = (deployed: Deployed): number => readersWith(deployed, false) + deployed.deliveries.length;

export function shardsOf(deployed: Deployed, workload: Workload, counts: Counts, mode: StreamMode): Shards {
  const { perSecond, bytes } = trafficFor(everything, workload, counts);
  const needed = Math.max(
    1,
    Math.ceil(perSecond / shard.records),
    Math.ceil((perSecond * bytes) / shard.bytesIn),
    Math.ceil((perSecond * bytes * sharing(deployed)) / shard.bytesOut),
  );
  const deployedShards = mode === 'onDemand' ? onDemandShards : deployed.shards === 'onDemand' ? 1 : deployed.shards;
  return { needed, open: Math.max(deployedShards, needed) };
}

const everything = { eventTypes: undefined };

/** What Kinesis is paid for. */
export function streamUsages(
  deployed: Deployed,
  workload: Workload,
  counts: Counts,
  shards: Shards,
  mode: StreamMode,
): Usage[] {
  const { retentionHours } = deployed;
  const hours = hoursOf(workload);
  const records = Object.values(trafficOf(workload, counts)).map(({ perSecond, bytes }) => ({
    count: perSecond * secondsOf(workload),
    bytes,
  }));
  /** Of every record, its bytes rounded up to a multiple of `unit`. */
  const bytesIn = (unit: number) =>
    records.reduce((sum, { count, bytes }) => sum + count * Math.ceil(bytes / unit) * unit, 0);
  const gigabytes = bytesIn(1) / gigabyte;
  const shared = sharing(deployed);
  const own = readersWith(deployed, true);
  /** GB-months beyond so many hours, once the stream holds as much as it keeps. */
  const keptBeyond = (from: number) =>
    (gigabytes / hours) * Math.max(0, retentionHours - from) * (hours / hoursPerMonth);

  if (mode === 'onDemand') {
    return [
      { price: 'streamHours', quantity: hours, what: `${shards.needed} shards needed` },
      { price: 'streamBytesIn', quantity: bytesIn(1_024) / gigabyte, what: 'each record rounded up to 1 KB' },
      { price: 'streamBytesOut', quantity: shared * gigabytes, what: `${shared} readers` },
      { price: 'fanOutBytesOnDemand', quantity: own * gigabytes, what: `${own} consumers` },
      { price: 'retentionBytesOnDemand', quantity: keptBeyond(dayHours), what: `${retentionHours} hours` },
    ];
  }
  return [
    { price: 'shardHours', quantity: shards.open * hours, what: `${shards.open} shards, ${shards.needed} needed` },
    { price: 'putUnits', quantity: bytesIn(unitBytes) / unitBytes, what: '' },
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
