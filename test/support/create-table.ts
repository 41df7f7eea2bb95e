import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { eventually } from './eventually.ts';

/** Creates a table that is paid by the request, and waits until it takes writes. */
export async function createTable(
  dynamoDb: DynamoDBClient,
  table: Omit<CreateTableCommandInput, 'BillingMode'>,
): Promise<void> {
  const { TableName } = table;
  await dynamoDb.send(new CreateTableCommand({ ...table, BillingMode: 'PAY_PER_REQUEST' }));
  const isReady = async () => {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableStatus).toBe('ACTIVE');
  };
  await eventually(isReady, 10_000, 5);
}
