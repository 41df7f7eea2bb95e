import { invalidArgument } from '../errors.ts';
import { nextToken, type OfStream, ofStream, otherName, required, timestamp, upTo } from '../members.ts';
import { operation } from '../operation.ts';
import type { Shard, Stream } from '../stream.ts';
import { makeToken, readToken } from './descriptions.ts';
import { describeShard, keptShards } from './shard-description.ts';

interface ShardFilter {
  readonly Type: (typeof filterTypes)[number];
  readonly ShardId?: string | null;
  /** Seconds. */
  readonly Timestamp?: number | null;
}

interface Input extends OfStream {
  readonly NextToken?: string | null;
  readonly ExclusiveStartShardId?: string | null;
  readonly MaxResults?: number | null;
  readonly ShardFilter?: ShardFilter | null;
}

const filterTypes = [
  'AFTER_SHARD_ID',
  'AT_TRIM_HORIZON',
  'FROM_TRIM_HORIZON',
  'AT_LATEST',
  'AT_TIMESTAMP',
  'FROM_TIMESTAMP',
] as const;

const mostListed = 1_000;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html */
export const listShards = operation<Input>(
  {
    ...ofStream,
    ExclusiveStartShardId: otherName,
    MaxResults: upTo(10_000),
    NextToken: nextToken,
    StreamCreationTimestamp: timestamp,
    ShardFilter: {
      type: 'Structure',
      members: {
        Type: required({ type: 'String', oneOf: filterTypes }),
        ShardId: otherName,
        Timestamp: timestamp,
      },
    },
  },
  ({ streams, now }, input) => {
    const { NextToken, MaxResults } = input;
    const isNamed = input.StreamName != null || input.StreamARN != null;
    if (!isNamed && NextToken == null) throw invalidArgument('Either NextToken or StreamName should be provided.');
    if (isNamed && NextToken != null) throw invalidArgument('NextToken and StreamName cannot be provided together.');
    const nowMs = now();
    const place = NextToken == null ? placeOf(input) : (JSON.parse(readToken('shards', NextToken, nowMs)) as Place);
    const stream = streams.of({ StreamName: place.name ?? streams.of(input).name });
    const isWanted = filter(stream, place.filter, nowMs);
    const shards = keptShards(stream, nowMs).filter((shard) => shard.index > place.after && isWanted(shard));
    const page = shards.slice(0, MaxResults ?? mostListed);
    const next: Place = { ...place, name: stream.name, after: page.at(-1)?.index ?? place.after };
    return {
      Shards: page.map(describeShard),
      NextToken: page.length < shards.length ? makeToken('shards', JSON.stringify(next), nowMs) : undefined,
    };
  },
);

/** Where a list goes on. */
interface Place {
  readonly name?: string;
  /** The index of the last shard before. */
  readonly after: number;
  readonly filter?: ShardFilter;
}

const placeOf = ({ ExclusiveStartShardId: start, ShardFilter }: Input): Place => ({
  after: start == null ? -1 : indexOf(start),
  ...(ShardFilter ? { filter: ShardFilter } : {}),
});

const indexOf = (shardId: string): number => {
  const digits = /(\d{1,12})$/.exec(shardId)?.[1];
  if (digits === undefined) throw invalidArgument(`Invalid ShardId: ${shardId}`);
  return Number(digits);
};

const filter = (
  { retentionMs, stored }: Stream,
  wanted: ShardFilter | undefined,
  nowMs: number,
): ((shard: Shard) => boolean) => {
  if (!wanted) return () => true;
  const { Type: type, ShardId, Timestamp } = wanted;
  if (type === 'AT_LATEST') return ({ isOpen }) => isOpen;
  if (type === 'AFTER_SHARD_ID') {
    if (ShardId == null) throw invalidArgument('ShardFilter of type AFTER_SHARD_ID needs a ShardId.');
    const after = indexOf(ShardId);
    return ({ index }) => index > after;
  }
  const horizonMs = Math.max(nowMs - retentionMs, stored.createdMs);
  if (type.endsWith('TIMESTAMP') && Timestamp == null)
    throw invalidArgument(`ShardFilter of type ${type} needs a Timestamp.`);
  const sinceMs = Math.max(horizonMs, type.endsWith('TIMESTAMP') ? Number(Timestamp) * 1_000 : horizonMs);
  const isThereSince = ({ stored }: Shard) => stored.closedMs === undefined || stored.closedMs >= sinceMs;
  if (type.startsWith('FROM_')) return isThereSince;
  return (shard) => isThereSince(shard) && shard.stored.openedMs <= sinceMs;
};
