import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { eventLogKeys, snapshotKey } from '../../lambda/stores/event-log-keys.ts';
import { newestByList, taskListKeys } from '../../lambda/stores/task-list-keys.ts';
import { createTable } from './create-table.ts';

/** The tables `events`, `snapshots` and `tasks`, as the stack has them, ready to be used. */
export async function createTaskTables(dynamoDb: DynamoDBClient): Promise<void> {
  const { partitionKey, sortKey } = eventLogKeys;
  await createTable(dynamoDb, {
    TableName: 'events',
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: 'S' },
      { AttributeName: sortKey, AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
  });
  await createTable(dynamoDb, {
    TableName: 'snapshots',
    AttributeDefinitions: [{ AttributeName: snapshotKey, AttributeType: 'S' }],
    KeySchema: [{ AttributeName: snapshotKey, KeyType: 'HASH' }],
  });
  const { partitionKey: id, list, createdAtId } = taskListKeys;
  await createTable(dynamoDb, {
    TableName: 'tasks',
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
  });
}
