import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../../local/engines/dynamodb.ts';
import type { Engine } from '../../../../local/engines/engine.ts';
import { createTable } from '../../../support/create-table.ts';
import { client, scratchFolder, started } from '../scratch.ts';

const TableName = 'nested';
let engine: Engine;
let dynamoDb: DynamoDBClient;
beforeAll(async () => {
  engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  await createTable(dynamoDb, {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
});
afterAll(() => dynamoDb.destroy());

/** A text in so many maps and lists, by turns. */
const nested = (levels: number): AttributeValue => {
  let value: AttributeValue = { S: 'leaf' };
  for (let level = 0; level < levels; level++) value = level % 2 ? { L: [value] } : { M: { M: value } };
  return value;
};
const refused = {
  name: 'ValidationException',
  message:
    'Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit',
};
const keyOf = (id: string) => ({ id: { S: id } });
const put = (id: string, doc: AttributeValue) =>
  dynamoDb.send(new PutItemCommand({ TableName, Item: { ...keyOf(id), doc } }));
const putBatch = (...values: AttributeValue[]) =>
  dynamoDb.send(
    new BatchWriteItemCommand({
      RequestItems: {
        [TableName]: values.map((doc, place) => ({ PutRequest: { Item: { ...keyOf(`batch-${place}`), doc } } })),
      },
    }),
  );
const set = (id: string, path: string, value: AttributeValue) =>
  dynamoDb.send(
    new UpdateItemCommand({
      TableName,
      Key: keyOf(id),
      UpdateExpression: `SET ${path} = :value`,
      ExpressionAttributeValues: { ':value': value },
    }),
  );
const kept = async (id: string) => (await dynamoDb.send(new GetItemCommand({ TableName, Key: keyOf(id) }))).Item?.doc;

describe('an attribute of 32 levels', () => {
  it('is kept, however it is written', async () => {
    await put('put', nested(31));
    await putBatch(nested(31));
    await set('set', 'doc', nested(31));
    for (const id of ['put', 'batch-0', 'set']) expect(await kept(id)).toEqual(nested(31));
  });
});

describe('an attribute of more levels', () => {
  it('is refused, however it is written', async () => {
    await expect(put('refused', nested(32))).rejects.toMatchObject(refused);
    await expect(set('refused', 'doc', nested(32))).rejects.toMatchObject(refused);
    await expect(putBatch(nested(0), nested(0), nested(32))).rejects.toMatchObject(refused);
    for (const id of ['refused', 'batch-1']) expect(await kept(id)).toBeUndefined();
  });

  it.each([
    ['PutItem', { Item: { ...keyOf('id'), doc: 'deep' } }],
    ['UpdateItem', { Key: keyOf('id'), AttributeUpdates: { doc: { Value: 'deep' } } }],
    ['UpdateItem', { Key: keyOf('id'), ExpressionAttributeValues: { ':doc': 'deep' } }],
    ['DeleteItem', { Key: keyOf('id'), Expected: { doc: { AttributeValueList: ['deep'] } } }],
    ['BatchWriteItem', { RequestItems: { [TableName]: [{ PutRequest: { Item: { ...keyOf('id'), doc: 'deep' } } }] } }],
    ['BatchGetItem', { RequestItems: { [TableName]: { Keys: [{ id: 'deep' }] } } }],
    ['Query', { KeyConditions: { id: { AttributeValueList: ['deep'] } } }],
  ])('is refused by %s where it is 5,000 deep: %j', async (operation, input) => {
    const deep = `${'{"L":['.repeat(5_000)}{"S":"leaf"}${']}'.repeat(5_000)}`;
    const response = await fetch(engine.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDB_20120810.${operation}`,
        'x-amz-date': '20260101T000000Z',
        authorization:
          'AWS4-HMAC-SHA256 Credential=k/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=a, Signature=s',
      },
      body: JSON.stringify({ TableName, ...input }).replace('"deep"', deep),
    });
    expect([response.status, await response.json()]).toEqual([
      400,
      { __type: 'com.amazon.coral.validate#ValidationException', message: refused.message },
    ]);
  });

  it('is refused where a value that is flat enough by itself would be put too deep', async () => {
    await put('added', { M: { a: { S: '' } } });
    await expect(set('added', 'doc.a', nested(31))).rejects.toMatchObject(refused);
    await set('added', 'doc.a', nested(30));
    expect(await kept('added')).toEqual({ M: { a: nested(30) } });
  });
});
