import type { KinesisEngine } from '../engine.ts';
import { invalidArgument, KinesisError } from '../errors.ts';
import { nextToken, type OfStream, ofStream, otherName, streamName, upTo } from '../members.ts';
import { operation } from '../operation.ts';
import { lifetimeMs, seal, unseal } from '../sealed.ts';
import type { Stream } from '../stream.ts';
import { describeShard, keptShards } from './shard-description.ts';
import { shardLimit } from './streams.ts';

const facts = ({ streams }: KinesisEngine, stream: Stream) => ({
  StreamName: stream.name,
  StreamARN: streams.arnOf(stream),
  StreamStatus: 'ACTIVE',
  StreamModeDetails: { StreamMode: stream.stored.mode },
  StreamCreationTimestamp: Math.floor(stream.stored.createdMs / 1_000),
});

const settings = ({ stored }: Stream) => ({
  RetentionPeriodHours: stored.retentionHours,
  EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
  EncryptionType: 'NONE',
});

const mostDescribed = 100;

export const describeStream = operation<
  OfStream & { readonly Limit?: number | null; readonly ExclusiveStartShardId?: string | null }
>({ ...ofStream, Limit: upTo(10_000), ExclusiveStartShardId: otherName }, (engine, input) => {
  const stream = engine.streams.of(input);
  const { Limit, ExclusiveStartShardId: start } = input;
  const shards = keptShards(stream, engine.now()).filter(({ id }) => start == null || id > start);
  const page = shards.slice(0, Math.min(Limit ?? mostDescribed, mostDescribed));
  return {
    StreamDescription: {
      ...facts(engine, stream),
      ...settings(stream),
      HasMoreShards: page.length < shards.length,
      Shards: page.map(describeShard),
    },
  };
});

export const describeStreamSummary = operation<OfStream>(ofStream, (engine, input) => {
  const stream = engine.streams.of(input);
  return {
    StreamDescriptionSummary: {
      ...facts(engine, stream),
      ...settings(stream),
      OpenShardCount: stream.open.length,
      ConsumerCount: stream.stored.consumers.length,
      MaxRecordSizeInKiB: stream.stored.maxRecordKiB,
    },
  };
});

interface StreamList {
  readonly Limit?: number | null;
  readonly ExclusiveStartStreamName?: string | null;
  readonly NextToken?: string | null;
}

export const listStreams = operation<StreamList>(
  { Limit: upTo(10_000), ExclusiveStartStreamName: streamName, NextToken: nextToken },
  (engine, { Limit, ExclusiveStartStreamName, NextToken }) => {
    const start = NextToken == null ? ExclusiveStartStreamName : readToken('streams', NextToken, engine.now());
    const streams = engine.streams.list().filter(({ name }) => start == null || name > start);
    const page = streams.slice(0, Limit ?? 100);
    const hasMore = page.length < streams.length;
    return {
      StreamNames: page.map(({ name }) => name),
      StreamSummaries: page.map((stream) => facts(engine, stream)),
      HasMoreStreams: hasMore,
      NextToken: hasMore ? makeToken('streams', page.at(-1)?.name ?? '', engine.now()) : undefined,
    };
  },
);

export const describeLimits = operation({}, ({ streams }) => ({
  ShardLimit: shardLimit,
  OpenShardCount: streams.openShards(),
  OnDemandStreamCount: streams.list().filter(({ stored }) => stored.mode === 'ON_DEMAND').length,
  OnDemandStreamCountLimit: 50,
}));

/** A token that says where a list of this kind goes on. */
export const makeToken = (kind: string, place: string, nowMs: number): string => seal(`${kind} ${nowMs} ${place}`);

/** Throws for a token that is no such token, or too old. */
export const readToken = (kind: string, token: string, nowMs: number): string => {
  const [ofKind, madeMs, ...place] = unseal(token)?.split(' ') ?? [];
  if (ofKind !== kind) throw invalidArgument('Invalid NextToken.');
  if (nowMs - Number(madeMs) > lifetimeMs)
    throw new KinesisError(
      'ExpiredNextTokenException',
      `The NextToken has expired: it is older than ${lifetimeMs} ms.`,
    );
  return place.join(' ');
};
