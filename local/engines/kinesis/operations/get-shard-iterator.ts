import type { KinesisEngine } from '../engine.ts';
import { invalidArgument, notFound } from '../errors.ts';
import { type OfStream, ofStream, otherName, required, sequenceNumber, timestamp } from '../members.ts';
import { operation } from '../operation.ts';
import { checkPosition } from '../positions.ts';
import { justBefore } from '../records.ts';
import { iteratorText } from '../shard-iterator.ts';
import type { Shard } from '../stream.ts';
import { nameOf } from '../streams.ts';

interface Position {
  readonly ShardIteratorType:
    | 'AFTER_SEQUENCE_NUMBER'
    | 'LATEST'
    | 'AT_TIMESTAMP'
    | 'AT_SEQUENCE_NUMBER'
    | 'TRIM_HORIZON';
  readonly StartingSequenceNumber?: string | null;
  /** Seconds. */
  readonly Timestamp?: number | null;
}

export const getShardIterator = operation<OfStream & Position & { readonly ShardId: string }>(
  {
    ...ofStream,
    ShardId: required(otherName),
    ShardIteratorType: {
      type: 'String',
      required: true,
      oneOf: ['AFTER_SEQUENCE_NUMBER', 'LATEST', 'AT_TIMESTAMP', 'AT_SEQUENCE_NUMBER', 'TRIM_HORIZON'],
    },
    StartingSequenceNumber: sequenceNumber,
    Timestamp: timestamp,
  },
  (engine, input) => {
    const name = nameOf(input);
    const { accountId } = engine.streams.place;
    const stream = engine.streams.find(name);
    const shard = stream?.shard(input.ShardId);
    if (!stream || !shard)
      throw notFound(`Shard ${input.ShardId} in stream ${name} under account ${accountId} does not exist`);
    const after = positionOf(engine, shard, input, `shard ${shard.id} in stream ${name} under account ${accountId}`);
    const iterator = { streamId: stream.stored.id, streamName: name, shardIndex: shard.index, after };
    return { ShardIterator: iteratorText(iterator, engine.now()) };
  },
);

/** The sequence number above which the records of an iterator lie. */
const positionOf = ({ records, now }: KinesisEngine, shard: Shard, input: Position, where: string): string => {
  const { ShardIteratorType: type, StartingSequenceNumber: number, Timestamp } = input;
  const tip = records.tipOf(shard);
  if (type === 'TRIM_HORIZON' || type === 'LATEST') {
    if (number != null) throw wrongPosition(`${type} and also a StartingSequenceNumber.`);
    return type === 'LATEST' ? tip.newest : shard.startingNumber;
  }
  if (type === 'AT_TIMESTAMP') {
    const first = records.firstSince(shard, timeOf(Timestamp, now()));
    return first === undefined ? tip.newest : justBefore(first);
  }
  if (number == null) throw wrongPosition(`${type} and no StartingSequenceNumber.`);
  checkPosition(shard, tip, number, where);
  return type === 'AT_SEQUENCE_NUMBER' ? justBefore(number) : number;
};

const wrongPosition = (specified: string) =>
  invalidArgument(
    'Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or ' +
      `(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified ${specified}`,
  );

/** Milliseconds, of which records have no fractions. */
const timeOf = (seconds: number | null | undefined, nowMs: number): number => {
  if (seconds == null)
    throw invalidArgument(
      'Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp ' +
        'parameter.',
    );
  const ms = Number((seconds * 1_000).toFixed(3));
  if (ms > nowMs)
    throw invalidArgument(
      'The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. ' +
        `timestampInMillis: ${ms}, currentTimestampInMillis: ${nowMs}`,
    );
  return Math.ceil(ms);
};
