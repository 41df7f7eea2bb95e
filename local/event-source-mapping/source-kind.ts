import type { LocalContext } from '../context.ts';
import { DynamoDbEventWriter } from './dynamodb-event.ts';
import { openDynamoDbStream } from './dynamodb-service.ts';
import { type EventWriter, isoSeconds } from './event-writer.ts';
import { type KinesisEventSource, KinesisEventWriter } from './kinesis-event.ts';
import { openKinesisStream } from './kinesis-service.ts';
import type { FilteredSource } from './record-filter.ts';
import type { StreamService } from './stream-service.ts';

/** In what the mappings of one kind of stream differ from those of another. */
export interface SourceKind {
  readonly filtered: FilteredSource;
  /** How often an idle shard is polled where nothing wakes the reader. */
  readonly pollsPerSecond: number;
  /** What an invocation record calls its part about the batch, and how it writes times there. */
  readonly batchInfo: { readonly name: string; readonly time: (ms: number) => string };
  /** Of the stream itself, where the mapping may name one of its consumers. */
  streamArn(eventSourceArn: string): string;
  /** By which the stream is opened, and its writes are heard of. */
  streamName(eventSourceArn: string): string;
  open(context: LocalContext, streamName: string): Promise<StreamService>;
  writer(source: KinesisEventSource): EventWriter;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html */
const kinesis: SourceKind = {
  filtered: 'kinesis',
  pollsPerSecond: 1,
  batchInfo: { name: 'KinesisBatchInfo', time: (ms) => new Date(ms).toISOString() },
  streamArn: (arn) => arn.split('/').slice(0, 2).join('/'),
  streamName: (arn) => arn.split('/')[1] ?? '',
  open: openKinesisStream,
  writer: (source) => new KinesisEventWriter(source),
};

/** @see https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html */
const dynamoDb: SourceKind = {
  filtered: 'dynamodb',
  pollsPerSecond: 4,
  batchInfo: { name: 'DDBStreamBatchInfo', time: isoSeconds },
  streamArn: (arn) => arn,
  streamName: (arn) => arn,
  open: openDynamoDbStream,
  writer: (source) => new DynamoDbEventWriter(source),
};

export const sourceKindOf = (eventSourceArn: string): SourceKind =>
  eventSourceArn.split(':')[2] === 'dynamodb' ? dynamoDb : kinesis;
