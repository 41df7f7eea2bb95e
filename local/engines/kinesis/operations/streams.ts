import type { KinesisEngine } from '../engine.ts';
import { constraintErrors, inUse, invalidArgument, KinesisError, limitExceeded } from '../errors.ts';
import type { Member } from '../member.ts';
import {
  type Mode,
  maxRecordSize,
  mode,
  type OfStream,
  ofStream,
  required,
  shardCount,
  streamArn,
  streamName,
  tags,
} from '../members.ts';
import { operation } from '../operation.ts';
import { newShards } from '../stream.ts';
import { checkTags } from './tags.ts';

/** The most open shards of all streams together. */
export const shardLimit = 10_000;
/** With how many AWS starts an on-demand stream. Here it keeps them. */
const onDemandShards = 4;

interface NewStream {
  readonly StreamName: string;
  readonly ShardCount?: number | null;
  readonly StreamModeDetails?: Mode | null;
  readonly Tags?: Record<string, string> | null;
  readonly MaxRecordSizeInKiB?: number | null;
}

export const createStream = operation<NewStream>(
  {
    ShardCount: shardCount,
    StreamName: required(streamName),
    StreamModeDetails: mode,
    Tags: tags,
    MaxRecordSizeInKiB: maxRecordSize,
  },
  (engine, { StreamName: name, ShardCount, StreamModeDetails, Tags, MaxRecordSizeInKiB }) => {
    const { streams } = engine;
    const { StreamMode } = StreamModeDetails ?? { StreamMode: 'PROVISIONED' };
    const count = StreamMode === 'ON_DEMAND' ? onDemandShards : ShardCount;
    if (count == null)
      throw constraintErrors(["Value null at 'shardCount' failed to satisfy constraint: Member must not be null"]);
    if (Tags) checkTags(Tags, `Failed to add tags to stream ${name} under account ${streams.place.accountId}`);
    if (streams.find(name)) throw inUse(`Stream ${name} under account ${streams.place.accountId} already exists.`);
    checkShardLimit(engine, count);
    const createdMs = engine.now();
    streams.add({
      name,
      createdMs,
      mode: StreamMode,
      retentionHours: 24,
      maxRecordKiB: MaxRecordSizeInKiB ?? 1_024,
      tags: Tags ?? {},
      consumers: [],
      shards: newShards(count, createdMs),
    });
    return undefined;
  },
);

/** Throws a LimitExceededException if there is no room for so many shards more. */
export const checkShardLimit = ({ streams }: KinesisEngine, more: number): void => {
  const { accountId, region } = streams.place;
  const open = streams.openShards();
  if (open + more > shardLimit)
    throw limitExceeded(
      `This request would exceed the shard limit for the account ${accountId} in ${region}. Current shard count for ` +
        `the account: ${open}. Limit: ${shardLimit}. Number of additional shards that would have resulted from this ` +
        `request: ${more}. Refer to the AWS Service Limits page ` +
        '(http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) for current limits and how to ' +
        'request higher limits.',
    );
};

export const deleteStream = operation<OfStream & { readonly EnforceConsumerDeletion?: boolean | null }>(
  { ...ofStream, EnforceConsumerDeletion: { type: 'Boolean' } },
  ({ streams }, input) => {
    const stream = streams.of(input);
    if (stream.stored.consumers.length > 0 && !input.EnforceConsumerDeletion)
      throw inUse(
        `Stream ${stream.name} under account ${streams.place.accountId} has consumers. Deregister them, or set ` +
          'EnforceConsumerDeletion.',
      );
    streams.delete(stream);
    return undefined;
  },
);

interface Retention {
  readonly RetentionPeriodHours: number;
}

const hours: Member = { type: 'Integer', required: true, least: 1 };
const [leastHours, mostHours] = [24, 8_760];

const changeRetention = (
  { streams }: KinesisEngine,
  input: OfStream & Retention,
  refusal: (wanted: number, present: number) => string | undefined,
): undefined => {
  const stream = streams.of(input);
  const { RetentionPeriodHours: wanted } = input;
  const fault =
    wanted < leastHours
      ? `Minimum allowed retention period is ${leastHours} hours. Requested retention period (${wanted} hours) is too short.`
      : wanted > mostHours
        ? `Maximum allowed retention period is ${mostHours} hours. Requested retention period (${wanted} hours) is too long.`
        : refusal(wanted, stream.stored.retentionHours)?.replace('STREAM', stream.name);
  if (fault !== undefined) throw invalidArgument(fault);
  streams.change(stream, { retentionHours: wanted });
};

export const increaseStreamRetentionPeriod = operation<OfStream & Retention>(
  { ...ofStream, RetentionPeriodHours: hours },
  (engine, input) =>
    changeRetention(engine, input, (wanted, present) =>
      wanted < present
        ? `Requested retention period (${wanted} hours) for stream STREAM can not be shorter than existing retention ` +
          `period (${present} hours). Use DecreaseRetentionPeriod API.`
        : undefined,
    ),
);

export const decreaseStreamRetentionPeriod = operation<OfStream & Retention>(
  { ...ofStream, RetentionPeriodHours: hours },
  (engine, input) =>
    changeRetention(engine, input, (wanted, present) =>
      wanted > present
        ? `Requested retention period (${wanted} hours) for stream STREAM can not be longer than existing retention ` +
          `period (${present} hours). Use IncreaseRetentionPeriod API.`
        : undefined,
    ),
);

export const updateStreamMode = operation<{ readonly StreamARN: string; readonly StreamModeDetails: Mode }>(
  { StreamARN: required(streamArn), StreamModeDetails: required(mode) },
  ({ streams }, input) => {
    streams.change(streams.of(input), { mode: input.StreamModeDetails.StreamMode });
    return undefined;
  },
);

export const updateMaxRecordSize = operation<{ readonly StreamARN: string; readonly MaxRecordSizeInKiB: number }>(
  { StreamARN: required(streamArn), MaxRecordSizeInKiB: required(maxRecordSize) },
  ({ streams }, input) => {
    streams.change(streams.of(input), { maxRecordKiB: input.MaxRecordSizeInKiB });
    return undefined;
  },
);

/** Needs HTTP/2 and a connection that is written to for minutes; this engine speaks HTTP/1.1. */
export const subscribeToShard = operation({}, () => {
  throw new KinesisError(
    'UnknownOperationException',
    'SubscribeToShard is not run here: it needs HTTP/2. Read the stream with GetRecords.',
  );
});
