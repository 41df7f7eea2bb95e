import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
  type Shard,
} from '@aws-sdk/client-kinesis';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';

/** Between two reads of a shard, which answers five a second to all its readers together. */
const pauseMs = 400;

/** Where to begin in a shard, in milliseconds since the epoch; undefined: with the oldest record there is. */
export type Beginning = (shardId: string) => number | undefined;

/**
 * Reads what arrived on the stream before `toMs`, shards side by side, each in its order; `take` is given each record.
 */
export async function readStream(
  kinesis: KinesisClient,
  streamName: string,
  { beginning, toMs, signal }: { readonly beginning: Beginning; readonly toMs: number; readonly signal: AbortSignal },
  take: (record: ArchivedRecord) => void,
): Promise<void> {
  const readShard = async ({ ShardId: shardId = '' }: Shard): Promise<void> => {
    const sinceMs = beginning(shardId);
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({
        StreamName: streamName,
        ShardId: shardId,
        ...(sinceMs === undefined
          ? { ShardIteratorType: 'TRIM_HORIZON' }
          : { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(sinceMs) }),
      }),
    );
    for (let iterator = ShardIterator; iterator && !signal.aborted; ) {
      const startedAtMs = Date.now();
      const {
        Records = [],
        NextShardIterator,
        MillisBehindLatest,
      } = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 10_000 }));
      for (const record of Records) {
        const arrivedAt = record.ApproximateArrivalTimestamp?.getTime() ?? 0;
        if (arrivedAt >= toMs) return;
        take({
          partitionKey: record.PartitionKey ?? '',
          sequenceNumber: record.SequenceNumber ?? '',
          shardId,
          arrivedAt,
          data: Buffer.from(record.Data ?? []).toString('base64'),
        });
      }
      if (MillisBehindLatest === 0 && startedAtMs >= toMs && Records.length === 0) return;
      iterator = NextShardIterator;
      if (iterator) await sleep(pauseMs, undefined, { signal }).catch(() => {});
    }
  };
  await Promise.all((await listShards(kinesis, streamName)).map(readShard));
}

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
