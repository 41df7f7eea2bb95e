import { placeOf, type StreamDescription, sequenceNumberAt, shardIdOf } from './change-keys.ts';
import type { ChangeLog } from './change-log.ts';
import { limitIn, StreamsError, type StreamsInput, textIn, unsatisfied } from './streams-input.ts';

/** An operation of the API: answers with JSON text, throws a `StreamsError` for what the caller can set right. */
export type StreamsOperation = (log: ChangeLog, input: StreamsInput) => string;

/** The streams of one table, or of all, a page at a time. */
export const listStreams: StreamsOperation = (log, input) => {
  const table = textIn(input, 'TableName');
  const after = textIn(input, 'ExclusiveStartStreamArn') ?? '';
  const limit = limitIn(input, 100);
  const found = log.descriptions
    .filter(({ arn, tableName }) => arn > after && (table === undefined || tableName === table))
    .sort((one, other) => (one.arn < other.arn ? -1 : 1));
  const page = found.slice(0, limit);
  return JSON.stringify({
    Streams: page.map(({ arn, tableName, label }) => ({ StreamArn: arn, TableName: tableName, StreamLabel: label })),
    ...(found.length > limit && { LastEvaluatedStreamArn: page.at(-1)?.arn }),
  });
};

/** The stream with its one shard. */
export const describeStream: StreamsOperation = (log, input) => {
  const stream = streamIn(log, input);
  limitIn(input, 100);
  const closed = stream.closedAtMs !== undefined;
  const shard = {
    ShardId: shardIdOf(stream),
    SequenceNumberRange: {
      StartingSequenceNumber: sequenceNumberAt(1),
      ...(closed && { EndingSequenceNumber: sequenceNumberAt(Math.max(1, log.lastPlace(stream.arn))) }),
    },
  };
  return JSON.stringify({
    StreamDescription: {
      StreamArn: stream.arn,
      StreamLabel: stream.label,
      StreamStatus: closed ? 'DISABLED' : 'ENABLED',
      StreamViewType: stream.view,
      CreationRequestDateTime: stream.createdAtMs / 1_000,
      TableName: stream.tableName,
      KeySchema: stream.keySchema,
      Shards: textIn(input, 'ExclusiveStartShardId') === undefined ? [shard] : [],
    },
  });
};

/** A position in the shard: before the oldest record, after the newest, at a record or after it. */
export const getShardIterator: StreamsOperation = (log, input) => {
  const stream = streamIn(log, input);
  if (textIn(input, 'ShardId', true) !== shardIdOf(stream))
    throw new StreamsError('ResourceNotFoundException', 'Requested resource not found: Shard does not exist');
  return JSON.stringify({ ShardIterator: iteratorAt(stream.arn, startIn(log, stream, input)) });
};

/** The place of the record after which reading starts. */
const startIn = (log: ChangeLog, stream: StreamDescription, input: StreamsInput): number => {
  const type = textIn(input, 'ShardIteratorType', true);
  if (type === 'TRIM_HORIZON') return stream.trimmed;
  if (type === 'LATEST') return log.lastPlace(stream.arn);
  if (type !== 'AT_SEQUENCE_NUMBER' && type !== 'AFTER_SEQUENCE_NUMBER')
    throw unsatisfied(
      `'${type}'`,
      'ShardIteratorType',
      'Member must satisfy enum value set: [AT_SEQUENCE_NUMBER, TRIM_HORIZON, LATEST, AFTER_SEQUENCE_NUMBER]',
    );
  const sequenceNumber = textIn(input, 'SequenceNumber', true);
  const place = placeOf(sequenceNumber);
  if (!(place >= 1 && place <= log.lastPlace(stream.arn)))
    throw new StreamsError('ValidationException', `Invalid SequenceNumber: ${sequenceNumber} is not in the shard`);
  const after = type === 'AT_SEQUENCE_NUMBER' ? place - 1 : place;
  checkHeld(after, stream);
  return after;
};

/** Up to 1,000 records and about 1 MiB, and where to go on; nowhere at the end of a closed shard. */
export const getRecords: StreamsOperation = (log, input) => {
  const { arn, after } = positionOf(textIn(input, 'ShardIterator', true));
  const stream = log.describe(arn);
  if (!stream) throw notFound(arn);
  checkHeld(after, stream);
  const limit = limitIn(input, 1_000);
  const texts: string[] = [];
  let bytes = 0;
  let place = after;
  for (const record of log.recordsAfter(arn, after, limit)) {
    texts.push(record.text);
    bytes += record.text.length;
    place = record.place;
    if (bytes >= pageBytes) break;
  }
  const next =
    stream.closedAtMs !== undefined && place >= log.lastPlace(arn)
      ? ''
      : `,"NextShardIterator":${JSON.stringify(iteratorAt(arn, place))}`;
  return `{"Records":[${texts.join()}]${next}}`;
};

const pageBytes = 1_048_576;

const streamIn = (log: ChangeLog, input: StreamsInput): StreamDescription => {
  const arn = textIn(input, 'StreamArn', true);
  const stream = log.describe(arn);
  if (!stream) throw notFound(arn);
  return stream;
};

const notFound = (arn: string) =>
  new StreamsError('ResourceNotFoundException', `Requested resource not found: Stream: ${arn} not found`);

const checkHeld = (after: number, { trimmed }: StreamDescription): void => {
  if (after < trimmed)
    throw new StreamsError(
      'TrimmedDataAccessException',
      'The operation attempted to read past the oldest stream record in a shard',
    );
};

/** After that an iterator is no longer taken. */
const iteratorLifeMs = 15 * 60_000;

const iteratorAt = (arn: string, after: number): string =>
  `${arn}|1|${Buffer.from(JSON.stringify({ after, atMs: Date.now() })).toString('base64')}`;

const positionOf = (iterator: string): { readonly arn: string; readonly after: number } => {
  const [arn = '', , token = ''] = iterator.split('|');
  let position: { after?: unknown; atMs?: unknown } | undefined;
  try {
    position = JSON.parse(Buffer.from(token, 'base64').toString());
  } catch {}
  const { after, atMs } = position ?? {};
  if (typeof after !== 'number' || typeof atMs !== 'number')
    throw new StreamsError('ValidationException', 'Invalid ShardIterator');
  if (Date.now() - atMs > iteratorLifeMs)
    throw new StreamsError('ExpiredIteratorException', 'Iterator expired. The iterator is no longer valid');
  return { arn, after };
};
