import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InventoryChanged } from '../../../domain/stock/inventory-changed.ts';
import { rememberedRequests, StockTable } from '../../../lambda/stores/stock-table.ts';
import { stockTableKeys } from '../../../lambda/stores/stock-table-keys.ts';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { client, scratchFolder, started } from '../../local/engines/scratch.ts';
import { createTable } from '../../support/create-table.ts';

let dynamoDb: DynamoDBClient;
let stock: StockTable;

beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  const { partitionKey, sortKey } = stockTableKeys;
  await createTable(dynamoDb, {
    TableName: 'stock',
    AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
  });
  stock = new StockTable(dynamoDb, 'stock');
});
afterAll(() => dynamoDb.destroy());

const changed = (requestId: string, change: number, name: string, store = 'store_1') =>
  InventoryChanged.create({
    id: requestId,
    source: 'stores',
    subject: store,
    time: '2026-11-22T10:15:30.000Z',
    data: { request_id: requestId, store_id: store, name, is_return: change > 0, quantity: Math.abs(change) },
  });
const itemOf = async (name: string, store = 'store_1') => {
  const Key = { store_id: { S: store }, name: { S: name } };
  const { Item } = await dynamoDb.send(new GetItemCommand({ TableName: 'stock', Key, ConsistentRead: true }));
  return Item && unmarshall(Item);
};

describe('the stock table', () => {
  it('adds up the changes of each thing in each store', async () => {
    await stock.apply(changed('r1', 12, 'Beans'));
    await stock.apply(changed('r2', -5, 'Beans'));
    await stock.apply(changed('r1', 3, 'Beans', 'store_2'));
    expect(await itemOf('Beans')).toEqual({ store_id: 'store_1', name: 'Beans', stock: 7, requestIds: ['r1', 'r2'] });
    expect(await itemOf('Beans', 'store_2')).toMatchObject({ stock: 3 });
  });

  it('counts a change once, however often and side by side it comes', async () => {
    const all = Array.from({ length: 20 }, (_, n) => changed(`r${n % 5}`, 10, 'Milk'));
    await Promise.all(all.map((event) => stock.apply(event)));
    for (const event of all) await stock.apply(event);
    expect((await itemOf('Milk'))?.stock).toBe(50);
  });

  it('remembers the newest 100 requests of a thing, and no more', async () => {
    for (let n = 0; n < rememberedRequests + 30; n++) await stock.apply(changed(`r${n}`, 1, 'Sugar'));
    const item = await itemOf('Sugar');
    expect(item?.stock).toBe(130);
    expect(item?.requestIds).toEqual(Array.from({ length: 100 }, (_, n) => `r${n + 30}`));
    await stock.apply(changed('r30', 1, 'Sugar'));
    await stock.apply(changed('r129', 1, 'Sugar'));
    expect((await itemOf('Sugar'))?.stock).toBe(130);
  });

  it('lets a failing call fail', async () => {
    const elsewhere = new StockTable(dynamoDb, 'not-there');
    await expect(elsewhere.apply(changed('r1', 1, 'Tea'))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
