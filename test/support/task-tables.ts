import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { eventLogKeys, snapshotKey } from '../../lambda/stores/event-log-keys.ts';
import { newestByList, taskListKeys } from '../../lambda/stores/task-list-keys.ts';
import { eventually } from './eventually.ts';

/** The tables `events`, `snapshots` and `tasks`, as the stack has them, ready to be used. */
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
  const { partitionKey: id, list, createdAtId } = taskListKeys;
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: 'tasks',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [id, list, createdAtId].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
      KeySchema: [{ AttributeName: id, KeyType: 'HASH' }],
      GlobalSecondaryIndexes: [
        {
          IndexName: newestByList,
          KeySchema: [
            { AttributeName: list, KeyType: 'HASH' },
            { AttributeName: createdAtId, KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    }),
  );
  for (const TableName of ['events', 'snapshots', 'tasks']) {
    await eventually(
      async () => {
        const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
        if (Table?.TableStatus !== 'ACTIVE') throw new Error(`${TableName} is ${Table?.TableStatus}`);
      },
      10_000,
      5,
    );
  }
}
