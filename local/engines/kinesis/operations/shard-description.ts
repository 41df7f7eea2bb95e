import { toDecimal } from '../hash-key.ts';
import { type Shard, type StoredShard, type Stream, shardIdOf } from '../stream.ts';

export const hashKeyRange = ({ from, to }: StoredShard) => ({
  StartingHashKey: toDecimal(from),
  EndingHashKey: toDecimal(to),
});

/** A shard as descriptions and lists hold it. */
export const describeShard = ({ id, stored, startingNumber, endingNumber }: Shard) => ({
  ShardId: id,
  ParentShardId: stored.parent === undefined ? undefined : shardIdOf(stored.parent),
  AdjacentParentShardId: stored.adjacentParent === undefined ? undefined : shardIdOf(stored.adjacentParent),
  HashKeyRange: hashKeyRange(stored),
  SequenceNumberRange: { StartingSequenceNumber: startingNumber, EndingSequenceNumber: endingNumber },
});

/** The shards that hold records, or may: a closed one is gone once its last record is too old. */
export const keptShards = ({ shards, retentionMs }: Stream, nowMs: number): Shard[] =>
  shards.filter(({ stored }) => stored.closedMs === undefined || stored.closedMs > nowMs - retentionMs);
