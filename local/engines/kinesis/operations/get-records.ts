import { notFound } from '../errors.ts';
import { required, streamArn, upTo } from '../members.ts';
import { operation } from '../operation.ts';
import { iteratorText, readIterator } from '../shard-iterator.ts';
import { type Shard, type Stream, shardIdOf } from '../stream.ts';
import { hashKeyRange } from './shard-description.ts';

interface Input {
  readonly ShardIterator: string;
  readonly Limit?: number | null;
}

const mostRecords = 10_000;
/** As much as a call brings. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const pageBytes = 10 * 1_048_576;

export const getRecords = operation<Input>(
  {
    Limit: upTo(mostRecords),
    ShardIterator: required({ type: 'String', shortest: 1, longest: 512 }),
    StreamARN: streamArn,
  },
  ({ streams, records, now }, { ShardIterator, Limit }) => {
    const nowMs = now();
    const iterator = readIterator(ShardIterator, nowMs);
    const { streamId, streamName, shardIndex, after } = iterator;
    const stream = streams.find(streamName);
    const shard = stream?.shards[shardIndex];
    if (!stream || stream.stored.id !== streamId || !shard)
      throw notFound(
        `Shard ${shardIdOf(shardIndex)} in stream ${streamName} under account ${streams.place.accountId} does not exist`,
      );
    const { json, last } = records.page(shard, {
      after,
      sinceMs: nowMs - stream.retentionMs,
      limit: Limit ?? mostRecords,
      bytes: pageBytes,
      largestKiB: stream.stored.maxRecordKiB,
    });
    const isBehind = last !== undefined && last.number < records.tipOf(shard).newest;
    const behindMs = isBehind ? Math.max(1, Math.round(nowMs - last.arrivedMs)) : 0;
    const isEnd = last === undefined && !shard.isOpen;
    const rest = isEnd
      ? `"ChildShards":${JSON.stringify(childrenOf(stream, shard))}`
      : `"NextShardIterator":"${iteratorText({ ...iterator, after: last?.number ?? after }, nowMs)}"`;
    return `{"MillisBehindLatest":${behindMs},${rest},"Records":[${json}]}`;
  },
);

const childrenOf = ({ shards }: Stream, { index }: Shard) =>
  shards
    .filter(({ stored }) => stored.parent === index || stored.adjacentParent === index)
    .map(({ id, stored }) => ({
      ShardId: id,
      ParentShards: [stored.parent, stored.adjacentParent].flatMap((each) =>
        each === undefined ? [] : shardIdOf(each),
      ),
      HashKeyRange: hashKeyRange(stored),
    }));
