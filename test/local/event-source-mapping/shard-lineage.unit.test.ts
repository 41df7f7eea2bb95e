import { describe, expect, it } from '@jest/globals';
import { readableShards } from '../../../local/event-source-mapping/shard-lineage.ts';

const shards = [
  { ShardId: '0' },
  { ShardId: '1' },
  { ShardId: '2', ParentShardId: '0' }, // 0 split into 2 and 3
  { ShardId: '3', ParentShardId: '0' },
  { ShardId: '4', ParentShardId: '3', AdjacentParentShardId: '1' }, // 3 and 1 merged into 4
];
const readable = (...ended: string[]) => readableShards(shards, (shardId) => ended.includes(shardId));

describe('the shards that may be read', () => {
  it('begin with those without parents', () => {
    expect(readable()).toEqual(['0', '1']);
  });

  it('go on with the children of a shard that has come to its end', () => {
    expect(readable('0')).toEqual(['1', '2', '3']);
  });

  it('wait for both parents of a merge', () => {
    expect(readable('0', '3')).toEqual(['1', '2']);
    expect(readable('0', '3', '1')).toEqual(['2', '4']);
  });

  it('do not wait for a parent that is gone from the stream', () => {
    expect(readableShards([{ ShardId: '7', ParentShardId: '5' }], () => false)).toEqual(['7']);
  });
});
