import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactGetItemsCommand,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../../../local/engines/dynamodb.ts';
import { createTable } from '../../../support/create-table.ts';
import { client, scratchFolder, started } from '../scratch.ts';

const TableName = 'accounts';
let dynamoDb: DynamoDBClient;

beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  await createTable(dynamoDb, {
    TableName,
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
});
afterAll(() => dynamoDb.destroy());

const item = (id: string, n: number) => ({ id: { S: id }, n: { N: String(n) } });
const put = (id: string, n: number): TransactWriteItem => ({ Put: { TableName, Item: item(id, n) } });
const add = (id: string, by: string): TransactWriteItem => ({
  Update: {
    TableName,
    Key: { id: { S: id } },
    UpdateExpression: 'ADD n :by',
    ConditionExpression: 'attribute_exists(id)',
    ExpressionAttributeValues: { ':by': { N: by } },
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
  },
});
const write = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
  dynamoDb.send(new TransactWriteItemsCommand({ TransactItems, ClientRequestToken }));
const held = async (id: string) =>
  Number((await dynamoDb.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item?.n?.N);

it('writes all parts', async () => {
  await write([put('a1', 10), put('a2', 0)]);
  await write([add('a1', '-4'), add('a2', '4')]);
  expect([await held('a1'), await held('a2')]).toEqual([6, 4]);

  const { Responses } = await dynamoDb.send(
    new TransactGetItemsCommand({
      TransactItems: ['a1', 'none', 'a2'].map((id) => ({ Get: { TableName, Key: { id: { S: id } } } })),
    }),
  );
  expect(Responses?.map(({ Item }) => Item)).toEqual([item('a1', 6), undefined, item('a2', 4)]);
});

it('writes none where one is refused, and says which and why', async () => {
  await write([put('b1', 10)]);
  await expect(write([add('b1', '-1'), add('nobody', '1'), put('b3', 1)])).rejects.toMatchObject({
    name: 'TransactionCanceledException',
    message: expect.stringContaining('[None, ConditionalCheckFailed, None]'),
    CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }, { Code: 'None' }],
  });
  expect([await held('b1'), await held('b3')]).toEqual([10, Number.NaN]);
});

it('checks the condition of an item that it leaves as it is', async () => {
  await write([put('c1', 1)]);
  const check = (n: string): TransactWriteItem => ({
    ConditionCheck: {
      TableName,
      Key: { id: { S: 'c1' } },
      ConditionExpression: 'n = :n',
      ExpressionAttributeValues: { ':n': { N: n } },
    },
  });
  await write([check('1'), put('c2', 2)]);
  await expect(write([check('2'), put('c2', 3)])).rejects.toMatchObject({ name: 'TransactionCanceledException' });
  expect(await held('c2')).toBe(2);
});

it('writes once for one token, and refuses another transaction under it', async () => {
  await write([put('d1', 0)]);
  await write([add('d1', '1')], 'token');
  await write([add('d1', '1')], 'token');
  expect(await held('d1')).toBe(1);
  await expect(write([add('d1', '2')], 'token')).rejects.toMatchObject({
    name: 'IdempotentParameterMismatchException',
  });
});

it.each<[string, TransactWriteItem[], string]>([
  ['two parts for one item', [put('e1', 1), put('e1', 2)], 'multiple operations on one item'],
  ['no part', [], 'Member must'],
  ['an empty part', [{}], 'can only contain one of'],
  ['two operations in a part', [{ ...put('e1', 1), ...add('e1', '1') }], 'can only contain one of'],
  ['more than a hundred', Array.from({ length: 101 }, (_, n) => put(`e${n}`, 1)), 'less than or equal to 100'],
  ['a part without a key', [{ Put: { TableName, Item: {} } }], 'Missing the key id'],
])('refuses %s, and goes on', async (_, parts, message) => {
  await expect(write(parts)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(message),
  });
  await dynamoDb.send(new PutItemCommand({ TableName, Item: item('alive', 1) }));
});
