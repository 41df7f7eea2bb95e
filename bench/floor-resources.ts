import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateStreamCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { newestByAccount, newestByAccountHolds, orderTableKeys } from '../lambda/stores/order-table-keys.ts';
import { engineSettings } from './engine-settings.ts';

/** The stream, the table and the bucket of which the floor is made. */
export const floorNames = { stream: 'floor-events', table: 'floor-orders', bucket: 'floor-invoices' } as const;

/** As the stack's default. */
const shards = 2;

/** Creates a stream, a table and a bucket like the stack's, which nobody reads. */
export async function createFloorResources(environment: Readonly<Record<string, string>>): Promise<void> {
  const settings = engineSettings(environment, 'KINESIS');
  const kinesis = new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler() });
  const dynamodb = new DynamoDBClient(engineSettings(environment, 'DYNAMODB'));
  const s3 = new S3Client(engineSettings(environment, 'S3'));

  const { partitionKey, sortKey, receivedAtEventId } = orderTableKeys;
  const text = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' as const });
  const keys = (hash: string, range: string) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    { AttributeName: range, KeyType: 'RANGE' as const },
  ];
  const index = {
    IndexName: newestByAccount,
    KeySchema: keys(partitionKey, receivedAtEventId),
    Projection: { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...newestByAccountHolds] },
  };
  await Promise.all([
    kinesis.send(new CreateStreamCommand({ StreamName: floorNames.stream, ShardCount: shards })),
    dynamodb.send(
      new CreateTableCommand({
        TableName: floorNames.table,
        AttributeDefinitions: [partitionKey, sortKey, receivedAtEventId].map(text),
        KeySchema: keys(partitionKey, sortKey),
        BillingMode: 'PAY_PER_REQUEST',
        GlobalSecondaryIndexes: [index],
      }),
    ),
    s3.send(new CreateBucketCommand({ Bucket: floorNames.bucket })),
  ]);
  for (const client of [kinesis, dynamodb, s3]) client.destroy();
}
