import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  type UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { ingestOrder } from '../../../lambda/ingest-order/ingest-order.ts';
import { OrderTable } from '../../../lambda/stores/order-table.ts';
import { newestByAccount, newestByAccountHolds, orderTableKeys } from '../../../lambda/stores/order-table-keys.ts';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { client, scratchFolder, started } from '../../local/engines/scratch.ts';
import { createTable } from '../../support/create-table.ts';
import { InMemoryStream, orderPlaced, postOrder, sentOrder, sequenceNumber } from '../../support/events.ts';
import { ordersContract } from './orders-contract.ts';

const { partitionKey, sortKey, receivedAtEventId } = orderTableKeys;
let dynamoDb: DynamoDBClient;
let orders: OrderTable;

beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  await createTable(dynamoDb, {
    TableName: 'orders',
    AttributeDefinitions: [partitionKey, sortKey, receivedAtEventId].map((AttributeName) => ({
      AttributeName,
      AttributeType: 'S',
    })),
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: newestByAccount,
        KeySchema: [
          { AttributeName: partitionKey, KeyType: 'HASH' },
          { AttributeName: receivedAtEventId, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...newestByAccountHolds] },
      },
    ],
  });
  orders = new OrderTable(dynamoDb, 'orders');
});
afterAll(() => dynamoDb.destroy());

describe('the order table', () => {
  ordersContract(() => orders);

  const itemOf = async (accountid: string) => {
    const Key = { accountid: { S: accountid }, vendorid: { S: 'v1' } };
    const { Item = {} } = await dynamoDb.send(new GetItemCommand({ TableName: 'orders', Key, ConsistentRead: true }));
    return unmarshall(Item);
  };

  it('keeps what the client sent in one map and the service’s attributes beside it', async () => {
    const event = orderPlaced('e1', { accountid: 'item', position: 'mine', eventIds: [] });
    await orders.apply(event, '42');
    expect(await itemOf('item')).toEqual({
      accountid: 'item',
      vendorid: 'v1',
      order: event.data,
      eventId: 'e1',
      receivedAt: event.time,
      position: '42'.padStart(56, '0'),
      eventIds: ['e1'],
      receivedAts: [event.time],
      receivedAtEventId: `${event.time}#e1`,
    });
  });

  it('trims the ids of an item to its newest 100', async () => {
    for (let n = 0; n < 130; n++) {
      await orders.apply(orderPlaced(`e${n}`, { accountid: 'trimmed' }), sequenceNumber(n));
      if (n === 99 || n === 100) expect((await itemOf('trimmed')).eventIds).toHaveLength(100);
    }
    expect((await itemOf('trimmed')).eventIds).toEqual(Array.from({ length: 100 }, (_, n) => `e${n + 30}`));
  });

  it.each([3, 100])('goes on with an item of %i events from before their times were kept', async (count) => {
    const accountid = `older-${count}`;
    const old = Array.from({ length: count }, (_, n) => ({ S: `e${n}` }));
    const Item = { accountid: { S: accountid }, vendorid: { S: 'v1' }, position: { S: '0' }, eventIds: { L: old } };
    await dynamoDb.send(new PutItemCommand({ TableName: 'orders', Item }));
    const time = (n: number) => new Date(n).toISOString();
    for (let n = 200; n < 210; n++) await orders.apply(orderPlaced(`e${n}`, { accountid }, time(n)), sequenceNumber(n));
    const history = (await orders.history(accountid, 'v1')) ?? [];
    expect(history.slice(0, 11)).toEqual([
      ...Array.from({ length: 10 }, (_, n) => ({ eventId: `e${209 - n}`, receivedAt: time(209 - n) })),
      { eventId: `e${count - 1}`, receivedAt: undefined },
    ]);
    expect(history.length).toBe(Math.min(100, count + 10));
  });

  it('costs one update an event, but for the one that finds the item full', async () => {
    const send = jest.spyOn(dynamoDb, 'send');
    const costs: number[] = [];
    for (let n = 0; n < 110; n++) {
      await orders.apply(orderPlaced(`e${n}`, { accountid: 'costs' }), sequenceNumber(n));
      costs.push(send.mock.calls.length);
      send.mockClear();
    }
    send.mockRestore();
    expect(costs).toEqual(costs.map((_, n) => (n === 100 ? 2 : 1)));
  });

  it('costs one update an event that is no news', async () => {
    const placed = (n: number) => orderPlaced(`e${n}`, { accountid: 'no-news' });
    for (const n of [1, 3]) await orders.apply(placed(n), sequenceNumber(n));
    const before = await itemOf('no-news');
    const send = jest.spyOn(dynamoDb, 'send');
    await orders.apply(placed(3), sequenceNumber(3)); // delivered again
    await orders.apply(placed(2), sequenceNumber(2)); // overtaken
    await orders.apply(placed(1), sequenceNumber(4)); // put on the stream again
    expect(send).toHaveBeenCalledTimes(3);
    send.mockRestore();
    expect(await itemOf('no-news')).toEqual(before);
  });

  it('takes up an item again that was full and has gone', async () => {
    const placed = (n: number) => orderPlaced(`e${n}`, { accountid: 'gone', city: `city ${n}` });
    for (let n = 0; n < 101; n++) await orders.apply(placed(n), sequenceNumber(n));
    await dynamoDb.send(
      new DeleteItemCommand({ TableName: 'orders', Key: { accountid: { S: 'gone' }, vendorid: { S: 'v1' } } }),
    );
    for (let n = 0; n < 3; n++) await orders.apply(placed(n), sequenceNumber(n));
    expect(await itemOf('gone')).toMatchObject({ eventIds: ['e0', 'e1', 'e2'], order: { city: 'city 2' } });
  });

  it('fails at an event, to be called again, where the item goes while it is being applied', async () => {
    const placed = (n: number) => orderPlaced(`e${n}`, { accountid: 'going' });
    for (let n = 0; n < 100; n++) await orders.apply(placed(n), sequenceNumber(n));
    const send = dynamoDb.send.bind(dynamoDb);
    jest.spyOn(dynamoDb, 'send').mockImplementationOnce((async (update: UpdateItemCommand) => {
      const refusal = await send(update).catch((error) => error);
      const Key = { accountid: { S: 'going' }, vendorid: { S: 'v1' } };
      await send(new DeleteItemCommand({ TableName: 'orders', Key }));
      throw refusal;
    }) as never);
    await expect(orders.apply(placed(100), sequenceNumber(100))).rejects.toThrow('going/v1');
    await orders.apply(placed(100), sequenceNumber(100));
    expect(await itemOf('going')).toMatchObject({ eventIds: ['e100'] });
  });

  it('compares positions of different lengths as numbers', async () => {
    await orders.apply(orderPlaced('e9', { accountid: 'lengths', city: 'nine' }), '9');
    await orders.apply(orderPlaced('e10', { accountid: 'lengths', city: 'ten' }), '10');
    expect((await orders.get('lengths', 'v1'))?.order.city).toBe('ten');
  });

  it('holds every order that ingest accepts', async () => {
    const value = fc.jsonValue({ maxDepth: 6 });
    let position = 0;
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string({ unit: 'binary', maxLength: 10 }), value), async (extra) => {
        const stream = new InMemoryStream();
        const { statusCode } = await ingestOrder(stream)(
          postOrder({ order: { ...extra, ...sentOrder({ accountid: 'any' }) } }),
        );
        const [event] = stream.events();
        if (statusCode !== 202 || !event) return;
        await orders.apply(event, sequenceNumber(position++));
        expect((await orders.get('any', 'v1'))?.order).toEqual(event.data);
      }),
      { numRuns: 50 },
    );
  });

  it('lets a failing call fail', async () => {
    await expect(new OrderTable(dynamoDb, 'not-there').apply(orderPlaced('e1'), '1')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
