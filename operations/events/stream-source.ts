import { setTimeout as sleep } from 'node:timers/promises';
import {
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type KinesisClient,
  type _Record as KinesisRecord,
  ListShardsCommand,
  ProvisionedThroughputExceededException,
  type Shard,
} from '@aws-sdk/client-kinesis';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';

/** Between two reads of a shard, which answers five a second to all its readers together. */
const pauseMs = 400;

/** Where to begin in a shard, in milliseconds since the epoch; undefined: with the oldest record there is. */
export type Beginning = (shardId: string) => number | undefined;

export interface StreamRange {
  readonly beginning: Beginning;
  readonly toMs: number;
  readonly signal: AbortSignal;
}

/**
 * Reads what arrived on the stream before `toMs`, shards side by side, each in its order; `take` is given each record.
 * Waits where others have read as much of a shard as it gives, and goes on behind the last record where an iterator has
 * expired. Once one shard fails, none is read any further.
 */
export async function readStream(
  kinesis: KinesisClient,
  streamName: string,
  { beginning, toMs, signal }: StreamRange,
  take: (record: ArchivedRecord) => void,
): Promise<void> {
  const failing = new AbortController();
  const stopped = AbortSignal.any([signal, failing.signal]);
  const readShard = async ({ ShardId: shardId = '' }: Shard): Promise<void> => {
    let last: string | undefined;
    const iteratorNow = () => iteratorOf(kinesis, streamName, shardId, last ?? beginning(shardId));
    for (let iterator = await iteratorNow(); iterator && !stopped.aborted; ) {
      const startedAtMs = Date.now();
      const page = await readPage(kinesis, iterator);
      if (page === 'expired') iterator = await iteratorNow();
      else if (page !== 'throttled') {
        const { Records = [], NextShardIterator, MillisBehindLatest } = page;
        for (const record of Records) {
          const archived = toArchived(shardId, record);
          if (archived.arrivedAt >= toMs) return;
          take(archived);
          last = archived.sequenceNumber;
        }
        if (MillisBehindLatest === 0 && startedAtMs >= toMs && Records.length === 0) return;
        iterator = NextShardIterator;
      }
      if (iterator) await sleep(pauseMs, undefined, { signal: stopped }).catch(() => {});
    }
  };
  const reading = (await listShards(kinesis, streamName)).map((shard) =>
    readShard(shard).catch((error) => {
      failing.abort();
      throw error;
    }),
  );
  for (const end of await Promise.allSettled(reading)) if (end.status === 'rejected') throw end.reason;
}

/** Behind a record, or at a time; undefined: at the oldest record there is. */
async function iteratorOf(
  kinesis: KinesisClient,
  StreamName: string,
  ShardId: string,
  from: string | number | undefined,
): Promise<string | undefined> {
  const start =
    from === undefined
      ? ({ ShardIteratorType: 'TRIM_HORIZON' } as const)
      : typeof from === 'number'
        ? ({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(from) } as const)
        : ({ ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: from } as const);
  return (await kinesis.send(new GetShardIteratorCommand({ StreamName, ShardId, ...start }))).ShardIterator;
}

async function readPage(
  kinesis: KinesisClient,
  ShardIterator: string,
): Promise<GetRecordsCommandOutput | 'expired' | 'throttled'> {
  try {
    return await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 10_000 }));
  } catch (error) {
    if (error instanceof ExpiredIteratorException) return 'expired';
    if (error instanceof ProvisionedThroughputExceededException) return 'throttled';
    throw error;
  }
}

const toArchived = (shardId: string, record: KinesisRecord): ArchivedRecord => ({
  partitionKey: record.PartitionKey ?? '',
  sequenceNumber: record.SequenceNumber ?? '',
  shardId,
  arrivedAt: record.ApproximateArrivalTimestamp?.getTime() ?? 0,
  data: Buffer.from(record.Data ?? []).toString('base64'),
});

/** Every shard that still holds records, closed ones included. */
async function listShards(kinesis: KinesisClient, streamName: string): Promise<Shard[]> {
  const shards: Shard[] = [];
  let next: string | undefined;
  do {
    const page = await kinesis.send(new ListShardsCommand(next ? { NextToken: next } : { StreamName: streamName }));
    shards.push(...(page.Shards ?? []));
    next = page.NextToken;
  } while (next);
  return shards;
}
