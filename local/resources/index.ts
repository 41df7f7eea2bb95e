import { dynamoDbGlobalTable } from './dynamodb-global-table.ts';
import { dynamoDbTable } from './dynamodb-table.ts';
import { kinesisStream } from './kinesis-stream.ts';
import { kinesisStreamConsumer } from './kinesis-stream-consumer.ts';
import { lambdaEventSourceMapping } from './lambda-event-source-mapping.ts';
import type { ResourceType } from './resource-type.ts';
import { s3Bucket } from './s3-bucket.ts';
import { sqsQueue } from './sqs-queue.ts';

const all: readonly ResourceType[] = [
  dynamoDbGlobalTable,
  dynamoDbTable,
  kinesisStream,
  kinesisStreamConsumer,
  lambdaEventSourceMapping,
  s3Bucket,
  sqsQueue,
];

/** Every resource type that is run, by its name. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(all.map((type) => [type.type, type]));
