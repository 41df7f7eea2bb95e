import { CreateTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { eventLogKeys, snapshotKey } from '../../lambda/stores/event-log-keys.ts';

/** The tables `events` and `snapshots`, as the stack has them. */
export async function createTaskTables(dynamoDb: DynamoDBClient): Promise<void> {
  const { partitionKey, sortKey } = eventLogKeys;
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: 'events',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: partitionKey, AttributeType: 'S' },
        { AttributeName: sortKey, AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: partitionKey, KeyType: 'HASH' },
        { AttributeName: sortKey, KeyType: 'RANGE' },
      ],
    }),
  );
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: 'snapshots',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: snapshotKey, AttributeType: 'S' }],
      KeySchema: [{ AttributeName: snapshotKey, KeyType: 'HASH' }],
    }),
  );
}
