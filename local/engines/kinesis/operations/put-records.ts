import { decodedLength } from '../base64.ts';
import { byteBuffer } from '../check-input.ts';
import type { KinesisEngine } from '../engine.ts';
import { constraintErrors, invalidArgument } from '../errors.ts';
import { fromDecimal, type HashKey, hashKeyOf } from '../hash-key.ts';
import type { Member } from '../member.ts';
import { hashKey, listOf, type OfStream, ofStream, partitionKey, required, sequenceNumber } from '../members.ts';
import { operation } from '../operation.ts';
import { isGivenOut } from '../positions.ts';
import { parseSequence } from '../sequence-number.ts';
import type { Shard, Stream } from '../stream.ts';

interface Entry {
  readonly PartitionKey: string;
  readonly ExplicitHashKey?: string | null;
  /** Base64. */
  readonly Data: string;
}

/** Of a stream that allows the largest records. */
const largestRecordBytes = 10 * 1_048_576;
const data: Member = { type: 'Blob', longest: largestRecordBytes, required: true };
const entry = { Data: data, PartitionKey: required(partitionKey), ExplicitHashKey: hashKey };

export const putRecord = operation<OfStream & Entry & { readonly SequenceNumberForOrdering?: string | null }>(
  { ...ofStream, ...entry, SequenceNumberForOrdering: sequenceNumber },
  (engine, input) => {
    const stream = engine.streams.of(input);
    checkSize(stream, input, 'data');
    const shard = stream.shardOf(hashKeyFor(input));
    const { SequenceNumberForOrdering: minimum } = input;
    if (minimum != null) checkMinimum(engine, stream, minimum);
    return `{"ShardId":"${shard.id}","SequenceNumber":"${append(engine, stream, shard, input)}"}`;
  },
);

/** All of one call, with the keys. */
const largestCallBytes = 10 * 1_048_576;

export const putRecords = operation<OfStream & { readonly Records: readonly Entry[] }>(
  {
    ...ofStream,
    Records: required(listOf({ type: 'Structure', members: entry }, 1, 500)),
  },
  (engine, input) => {
    const stream = engine.streams.of(input);
    const { Records: records } = input;
    let bytes = 0;
    const shards = records.map((record, index) => {
      bytes += checkSize(stream, record, 'records', index);
      return stream.shardOf(hashKeyFor(record));
    });
    if (bytes > largestCallBytes) throw invalidArgument('Records size exceeds 10 MB limit');
    let json = '{"FailedRecordCount":0,"Records":[';
    for (let index = 0; index < records.length; index++) {
      const shard = shards[index] as Shard;
      const number = append(engine, stream, shard, records[index] as Entry);
      json += `${index === 0 ? '' : ','}{"SequenceNumber":"${number}","ShardId":"${shard.id}"}`;
    }
    return `${json}]}`;
  },
);

const append = (engine: KinesisEngine, stream: Stream, shard: Shard, { PartitionKey, Data }: Entry): string => {
  const { records, writes } = engine;
  const tip = records.tipOf(shard);
  const after = tip.given;
  const number = records.append(shard, engine.now(), JSON.stringify(PartitionKey), Data);
  const record = { sequenceNumber: number, partitionKey: PartitionKey, arrivedAtMs: tip.arrivedMs, data: Data };
  writes.add(stream.name, shard.id, after, record);
  return number;
};

const hashKeyFor = ({ PartitionKey, ExplicitHashKey }: Entry): HashKey => {
  if (ExplicitHashKey == null) return hashKeyOf(PartitionKey);
  const key = fromDecimal(ExplicitHashKey);
  if (key === undefined)
    throw invalidArgument(
      `Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was ${ExplicitHashKey}`,
    );
  return key;
};

/** Answers how many bytes count of a record; throws if they are more than its stream allows. */
const checkSize = ({ stored }: Stream, { Data, PartitionKey }: Entry, at: string, index?: number): number => {
  const dataBytes = decodedLength(Data);
  const longest = stored.maxRecordKiB * 1_024;
  if (dataBytes > longest) {
    const path = index === undefined ? at : `${at}.${index + 1}.member.data`;
    throw constraintErrors([
      `Value '${byteBuffer(dataBytes)}' at '${path}' failed to satisfy constraint: ` +
        ` Member must have length less than or equal to ${longest}`,
    ]);
  }
  const bytes = dataBytes + Buffer.byteLength(PartitionKey);
  if (bytes > longest)
    throw invalidArgument(
      `Record size of ${bytes} bytes, with its partition key, exceeds the limit of ${longest} bytes`,
    );
  return bytes;
};

/** Every later number of the stream is above one that was given out, so that only others are to be refused. */
const checkMinimum = ({ streams, records }: KinesisEngine, stream: Stream, minimum: string): void => {
  const parsed = parseSequence(minimum);
  const shard = parsed && stream.shards[parsed.shardIndex];
  if (parsed && shard && isGivenOut(shard, records.tipOf(shard), parsed)) return;
  throw invalidArgument(
    `ExclusiveMinimumSequenceNumber ${minimum} used in PutRecord on stream ${stream.name} under account ` +
      `${streams.place.accountId} is invalid.`,
  );
};
