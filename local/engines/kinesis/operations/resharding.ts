import type { KinesisEngine } from '../engine.ts';
import { inUse, invalidArgument, limitExceeded, notFound, validation } from '../errors.ts';
import { fromDecimal, numberOf, toDecimal } from '../hash-key.ts';
import { hashKey, type OfStream, ofStream, otherName, required, shardCount } from '../members.ts';
import { operation } from '../operation.ts';
import { areAdjacent, mergeShards as merge, scaleUniformly, splitShard as split } from '../reshard.ts';
import type { Shard, Stream } from '../stream.ts';
import { checkShardLimit } from './streams.ts';

export const splitShard = operation<OfStream & { readonly ShardToSplit: string; readonly NewStartingHashKey: string }>(
  { ...ofStream, ShardToSplit: required(otherName), NewStartingHashKey: required(hashKey) },
  (engine, input) => {
    const { streams } = engine;
    const stream = streams.of(input);
    const shard = openShard(engine, stream, input.ShardToSplit);
    checkShardLimit(engine, 1);
    const at = fromDecimal(input.NewStartingHashKey);
    const { from, to } = shard.stored;
    if (at === undefined || numberOf(at) <= numberOf(from) + 1n || at >= to)
      throw invalidArgument(
        `NewStartingHashKey ${input.NewStartingHashKey} used in SplitShard() on shard ${shard.id} in stream ` +
          `${stream.name} under account ${streams.place.accountId} is not both greater than one plus the shard's ` +
          `StartingHashKey ${toDecimal(from)} and less than the shard's EndingHashKey ${toDecimal(to)}.`,
      );
    split(streams, stream, shard, at, engine.now());
    return undefined;
  },
);

export const mergeShards = operation<
  OfStream & { readonly ShardToMerge: string; readonly AdjacentShardToMerge: string }
>({ ...ofStream, ShardToMerge: required(otherName), AdjacentShardToMerge: required(otherName) }, (engine, input) => {
  const { streams } = engine;
  const stream = streams.of(input);
  const shard = openShard(engine, stream, input.ShardToMerge);
  const adjacent = openShard(engine, stream, input.AdjacentShardToMerge);
  if (!areAdjacent(shard, adjacent))
    throw invalidArgument(
      `Shards ${shard.id} and ${adjacent.id} in stream ${stream.name} under account ${streams.place.accountId} are ` +
        'not an adjacent pair of shards eligible for merging',
    );
  merge(streams, stream, shard, adjacent, engine.now());
  return undefined;
});

/**
 * Without AWS's limit of ten calls a day.
 *
 * @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
 */
export const updateShardCount = operation<OfStream & { readonly TargetShardCount: number }>(
  {
    ...ofStream,
    TargetShardCount: required(shardCount),
    ScalingType: { type: 'String', required: true, oneOf: ['UNIFORM_SCALING'] },
  },
  (engine, input) => {
    const { streams } = engine;
    const stream = streams.of(input);
    const { TargetShardCount: target } = input;
    const current = stream.open.length;
    checkProvisioned(stream);
    const counts = `Current open shard count: ${current} Target shard count: ${target}`;
    if (target > current * 2)
      throw limitExceeded(`UpdateShardCount cannot scale up over double your current open shard count. ${counts}`);
    if (target * 2 < current)
      throw limitExceeded(`UpdateShardCount cannot scale down below half your current open shard count. ${counts}`);
    checkShardLimit(engine, target - current);
    scaleUniformly(streams, stream, target, engine.now());
    return {
      StreamName: stream.name,
      CurrentShardCount: current,
      TargetShardCount: target,
      StreamARN: streams.arnOf(stream),
    };
  },
);

const openShard = ({ streams }: KinesisEngine, stream: Stream, id: string): Shard => {
  checkProvisioned(stream);
  const shard = stream.shard(id);
  const where = `shard ${shard?.id ?? id} in stream ${stream.name} under account ${streams.place.accountId}`;
  if (!shard) throw notFound(`Could not find ${where}.`);
  if (!shard.isOpen) throw inUse(`The ${where} is not open.`);
  return shard;
};

const checkProvisioned = ({ name, stored }: Stream): void => {
  if (stored.mode === 'ON_DEMAND')
    throw validation(`Request is invalid. Stream ${name} has the ON_DEMAND mode, which sets the number of its shards.`);
};
