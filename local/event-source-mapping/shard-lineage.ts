/** What a split or merge leaves of a shard's descent. */
export interface ShardDescent {
  readonly ShardId?: string | undefined;
  readonly ParentShardId?: string | undefined;
  readonly AdjacentParentShardId?: string | undefined;
}

/**
 * The shards that may be read: not read to their end themselves, and all of whose parents are (or are gone from the
 * stream). So each key's records stay in order across splits and merges.
 */
export const readableShards = (shards: readonly ShardDescent[], isEnded: (shardId: string) => boolean): string[] => {
  const unfinished = new Set(shards.flatMap(({ ShardId }) => (ShardId && !isEnded(ShardId) ? [ShardId] : [])));
  const waits = ({ ParentShardId, AdjacentParentShardId }: ShardDescent) =>
    unfinished.has(ParentShardId ?? '') || unfinished.has(AdjacentParentShardId ?? '');
  return shards.flatMap((shard) =>
    shard.ShardId && unfinished.has(shard.ShardId) && !waits(shard) ? [shard.ShardId] : [],
  );
};
