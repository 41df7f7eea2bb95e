import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../../local/engines/dynamodb.ts';
import { createTable } from '../../../support/create-table.ts';
import { client, scratchFolder, started } from '../scratch.ts';

const TableName = 'indexed';
let dynamoDb: DynamoDBClient;
beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  await createTable(dynamoDb, {
    TableName,
    AttributeDefinitions: [
      { AttributeName: 'account', AttributeType: 'S' },
      { AttributeName: 'vendor', AttributeType: 'S' },
      { AttributeName: 'newest', AttributeType: 'S' },
      { AttributeName: 'mark', AttributeType: 'B' },
    ],
    KeySchema: [
      { AttributeName: 'account', KeyType: 'HASH' },
      { AttributeName: 'vendor', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byNewest',
        KeySchema: [{ AttributeName: 'newest', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: 'byMark',
        KeySchema: [
          { AttributeName: 'account', KeyType: 'HASH' },
          { AttributeName: 'mark', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
});
afterAll(() => dynamoDb.destroy());

type Attributes = Record<string, AttributeValue>;
const keyOf = (vendor: string) => ({ account: { S: 'a1' }, vendor: { S: vendor } });
const put = (vendor: string, attributes: Attributes) =>
  dynamoDb.send(new PutItemCommand({ TableName, Item: { ...keyOf(vendor), ...attributes } }));
const putBatch = (...items: Attributes[]) =>
  dynamoDb.send(
    new BatchWriteItemCommand({ RequestItems: { [TableName]: items.map((Item) => ({ PutRequest: { Item } })) } }),
  );
const update = (vendor: string, UpdateExpression: string, values?: Attributes) =>
  dynamoDb.send(
    new UpdateItemCommand({ TableName, Key: keyOf(vendor), UpdateExpression, ExpressionAttributeValues: values }),
  );
const kept = async (vendor: string) =>
  (await dynamoDb.send(new GetItemCommand({ TableName, Key: keyOf(vendor) }))).Item;

const refusedIn = (IndexName: string, IndexKey: string, kind = 'string') => ({
  name: 'ValidationException',
  message:
    'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
    `The AttributeValue for a key attribute cannot contain an empty ${kind} value. ` +
    `IndexName: ${IndexName}, IndexKey: ${IndexKey}`,
});
const refusedUpdate = {
  name: 'ValidationException',
  message:
    'One or more parameter values are not valid. The update expression attempted to update a secondary index key to a ' +
    'value that is not supported. The AttributeValue for a key attribute cannot contain an empty string value.',
};

describe("an empty value of an index's key", () => {
  it('is refused in an item', async () => {
    await expect(put('put', { newest: { S: '' } })).rejects.toMatchObject(refusedIn('byNewest', 'newest'));
    const empty = { mark: { B: new Uint8Array() } };
    await expect(put('put', empty)).rejects.toMatchObject(refusedIn('byMark', 'mark', 'binary'));
    expect(await kept('put')).toBeUndefined();
  });

  it('is refused with the whole batch', async () => {
    const batch = putBatch(keyOf('batch-0'), { ...keyOf('batch-1'), newest: { S: '' } });
    await expect(batch).rejects.toMatchObject(refusedIn('byNewest', 'newest'));
    expect(await kept('batch-0')).toBeUndefined();
  });

  it.each([
    ['a value', 'SET newest = :empty', { ':empty': { S: '' } }],
    ['a default', 'SET newest = if_not_exists(newest, :empty)', { ':empty': { S: '' } }],
    ['another attribute', 'SET newest = note', undefined],
  ])('is refused in an update from %s', async (_, expression, values) => {
    await put('update', { note: { S: '' } });
    await expect(update('update', expression, values)).rejects.toMatchObject(refusedUpdate);
    expect(await kept('update')).toEqual({ ...keyOf('update'), note: { S: '' } });
  });
});

it('takes an empty value of an attribute that is no key, and an item without the key of an index', async () => {
  await put('plain', { note: { S: '' } });
  await update('plain', 'SET newest = :newest, note = :empty', { ':newest': { S: 'n' }, ':empty': { S: '' } });
  await update('plain', 'REMOVE newest');
  expect(await kept('plain')).toEqual({ ...keyOf('plain'), note: { S: '' } });
});
