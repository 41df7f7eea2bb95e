import {
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../../local/engines/dynamodb.ts';
import type { Engine } from '../../../../local/engines/engine.ts';
import { createTable } from '../../../support/create-table.ts';
import { client, scratchFolder, started } from '../scratch.ts';

const path = scratchFolder();
const TableName = 'orders';
let engine: Engine;
let dynamoDb: DynamoDBClient;

const connected = (to: Engine) => new DynamoDBClient({ ...client, endpoint: to.url });

beforeAll(async () => {
  engine = await started(startDynamoDb({ path }));
  dynamoDb = connected(engine);
  await createTable(dynamoDb, {
    TableName,
    AttributeDefinitions: [
      { AttributeName: 'account', AttributeType: 'S' },
      { AttributeName: 'vendor', AttributeType: 'S' },
      { AttributeName: 'newest', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'account', KeyType: 'HASH' },
      { AttributeName: 'vendor', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'newestByAccount',
        KeySchema: [
          { AttributeName: 'account', KeyType: 'HASH' },
          { AttributeName: 'newest', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
});
afterAll(() => dynamoDb.destroy());

const key = (vendor: string) => ({ account: { S: 'a1' }, vendor: { S: vendor } });
const get = async (vendor: string, table = TableName) =>
  (await dynamoDb.send(new GetItemCommand({ TableName: table, Key: key(vendor) }))).Item;

it('is in the account and region of the local runtime, and takes a table by its ARN', async () => {
  const TableArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/orders';
  expect((await dynamoDb.send(new DescribeTableCommand({ TableName: TableArn }))).Table?.TableArn).toBe(TableArn);
  await dynamoDb.send(new PutItemCommand({ TableName: TableArn, Item: { ...key('by-arn'), n: { N: '1' } } }));
  expect(await get('by-arn', TableArn)).toMatchObject({ n: { N: '1' } });
});

it('applies an older position neither after nor beside a newer one', async () => {
  const apply = (position: string) =>
    dynamoDb.send(
      new UpdateItemCommand({
        TableName,
        Key: key('ordered'),
        UpdateExpression: 'SET #position = :position',
        ConditionExpression: 'attribute_not_exists(#position) OR #position < :position',
        ExpressionAttributeNames: { '#position': 'position' },
        ExpressionAttributeValues: { ':position': { S: position } },
      }),
    );
  const results = await Promise.allSettled(['05', '03', '09', '01', '07'].map(apply));
  for (const result of results) {
    if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'ConditionalCheckFailedException' });
  }
  await expect(apply('09')).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  expect(await get('ordered')).toMatchObject({ position: { S: '09' } });
});

it('answers a refused write with the item that refused it, where it is asked to', async () => {
  const Item = { ...key('refusing'), n: { N: '1' } };
  await dynamoDb.send(new PutItemCommand({ TableName, Item }));
  const refusal = (of: string, asked: 'ALL_OLD' | 'NONE' | undefined) =>
    dynamoDb
      .send(
        new UpdateItemCommand({
          TableName,
          Key: key(of),
          UpdateExpression: 'SET n = :two',
          ConditionExpression: 'n = :two',
          ExpressionAttributeValues: { ':two': { N: '2' } },
          ReturnValuesOnConditionCheckFailure: asked,
        }),
      )
      .catch((error) => ({ name: error.name, Item: error.Item }));

  const name = 'ConditionalCheckFailedException';
  expect(await refusal('refusing', 'ALL_OLD')).toEqual({ name, Item });
  expect(await refusal('refusing', 'NONE')).toEqual({ name, Item: undefined });
  expect(await refusal('refusing', undefined)).toEqual({ name, Item: undefined });
  expect(await refusal('not-there', 'ALL_OLD')).toEqual({ name, Item: undefined });
});

it('answers a query of an index newest first, a page at a time', async () => {
  const vendors = Array.from({ length: 30 }, (_, index) => `page-${index}`);
  await Promise.all(
    vendors.map((vendor, index) =>
      dynamoDb.send(
        new PutItemCommand({ TableName, Item: { ...key(vendor), newest: { S: String(index).padStart(4, '0') } } }),
      ),
    ),
  );
  const seen: (string | undefined)[] = [];
  let ExclusiveStartKey: Record<string, { S: string }> | undefined;
  do {
    const { Items = [], LastEvaluatedKey } = await dynamoDb.send(
      new QueryCommand({
        TableName,
        IndexName: 'newestByAccount',
        KeyConditionExpression: 'account = :a',
        ExpressionAttributeValues: { ':a': { S: 'a1' } },
        ScanIndexForward: false,
        Limit: 7,
        ExclusiveStartKey,
      }),
    );
    seen.push(...Items.map((item) => item.vendor?.S));
    ExclusiveStartKey = LastEvaluatedKey as typeof ExclusiveStartKey;
  } while (ExclusiveStartKey);
  expect(seen).toEqual(vendors.reverse());
});

it('answers a body that it cannot take, and goes on', async () => {
  const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' };
  const body = Buffer.alloc(17 * 1_024 * 1_024, 'a');
  expect((await fetch(engine.url, { method: 'POST', headers, body })).status).toBe(413);
  expect((await fetch(engine.url, { method: 'POST', headers, body: '{"TableName":' })).status).toBe(400);
  expect(await get('nobody')).toBeUndefined();
});

describe('the folder', () => {
  it('belongs to one process at a time, and the error names it', async () => {
    await expect(startDynamoDb({ path })).rejects.toThrow(`The DynamoDB engine cannot start: ${path} is in use`);
  });

  it('brings tables and items back', async () => {
    await dynamoDb.send(new PutItemCommand({ TableName, Item: { ...key('kept'), n: { N: '7' } } }));
    dynamoDb.destroy();
    await engine.close();
    engine = await started(startDynamoDb({ path }));
    dynamoDb = connected(engine);
    expect(await get('kept')).toMatchObject({ n: { N: '7' } });
  });
});
