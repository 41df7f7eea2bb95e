import type { Operation } from '../operation.ts';
import * as consumers from './consumers.ts';
import { describeLimits, describeStream, describeStreamSummary, listStreams } from './descriptions.ts';
import { getRecords } from './get-records.ts';
import { getShardIterator } from './get-shard-iterator.ts';
import { listShards } from './list-shards.ts';
import { putRecord, putRecords } from './put-records.ts';
import * as resharding from './resharding.ts';
import * as streams from './streams.ts';
import * as tags from './tags.ts';

/** What is run, by the names that requests use. */
export const operations: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    AddTagsToStream: tags.addTagsToStream,
    CreateStream: streams.createStream,
    DecreaseStreamRetentionPeriod: streams.decreaseStreamRetentionPeriod,
    DeleteStream: streams.deleteStream,
    DeregisterStreamConsumer: consumers.deregisterStreamConsumer,
    DescribeLimits: describeLimits,
    DescribeStream: describeStream,
    DescribeStreamConsumer: consumers.describeStreamConsumer,
    DescribeStreamSummary: describeStreamSummary,
    GetRecords: getRecords,
    GetShardIterator: getShardIterator,
    IncreaseStreamRetentionPeriod: streams.increaseStreamRetentionPeriod,
    ListShards: listShards,
    ListStreamConsumers: consumers.listStreamConsumers,
    ListStreams: listStreams,
    ListTagsForStream: tags.listTagsForStream,
    MergeShards: resharding.mergeShards,
    PutRecord: putRecord,
    PutRecords: putRecords,
    RegisterStreamConsumer: consumers.registerStreamConsumer,
    RemoveTagsFromStream: tags.removeTagsFromStream,
    SplitShard: resharding.splitShard,
    SubscribeToShard: streams.subscribeToShard,
    UpdateMaxRecordSize: streams.updateMaxRecordSize,
    UpdateShardCount: resharding.updateShardCount,
    UpdateStreamMode: streams.updateStreamMode,
  }),
);
