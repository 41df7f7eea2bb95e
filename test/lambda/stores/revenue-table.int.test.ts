import { BatchWriteItemCommand, DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Arrived, Contribution } from '../../../lambda/aggregate-revenue/aggregate-revenue.ts';
import { RevenueTable } from '../../../lambda/stores/revenue-table.ts';
import { revenueTableKeys } from '../../../lambda/stores/revenue-table-keys.ts';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import { client, scratchFolder, started } from '../../local/engines/scratch.ts';
import { createTable } from '../../support/create-table.ts';
import { sequenceNumber } from '../../support/events.ts';

let dynamoDb: DynamoDBClient;
let revenue: RevenueTable;

beforeAll(async () => {
  const engine = await started(startDynamoDb({ path: scratchFolder() }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  const { partitionKey, sortKey } = revenueTableKeys;
  await createTable(dynamoDb, {
    TableName: 'revenue',
    AttributeDefinitions: [partitionKey, sortKey].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
  });
  revenue = new RevenueTable(dynamoDb, 'revenue', 1);
});
afterAll(() => dynamoDb.destroy());

const part = {
  window: '2026-11-22T10:15:00Z',
  shard: 'shardId-000000000000',
  first: sequenceNumber(1),
  last: sequenceNumber(9),
};
const tally = (revenueCents: number) => ({ sales: 3, revenueCents, returnsCents: 1 });
const arrived = (storeId: string, revenueCents = 10): Arrived => ({
  ...part,
  storeId,
  windowEnd: '2026-11-22T10:16:00Z',
  arrived: tally(revenueCents),
  rejected: tally(0),
  duplicates: 2,
});
const contribution = (storeId: string, minute: number, changes: Partial<Contribution> = {}): Contribution => ({
  ...part,
  storeId,
  minute: new Date(minute * 60_000).toISOString().replace('.000', ''),
  tally: tally(minute),
  ...changes,
});
const at = (minute: number) => contribution('', minute).minute;

describe('the revenue table', () => {
  it('keeps what arrived and what it contributes under the keys that its module names', async () => {
    await revenue.keep([arrived('keys')], [contribution('keys', 1)]);
    const { Items = [] } = await dynamoDb.send(
      new ScanCommand({
        TableName: 'revenue',
        FilterExpression: 'store_id = :id',
        ExpressionAttributeValues: { ':id': { S: 'keys' } },
      }),
    );
    const place = `2026-11-22T10:15:00Z#shardId-000000000000#${sequenceNumber(1)}`;
    expect(Items.map((item) => unmarshall(item)).sort((a, b) => (a.part < b.part ? -1 : 1))).toEqual([
      {
        ...part,
        store_id: 'keys',
        part: `arrival#${place}`,
        windowEnd: '2026-11-22T10:16:00Z',
        sales: 3,
        revenueCents: 10,
        returnsCents: 1,
        rejected: tally(0),
        duplicates: 2,
      },
      {
        ...part,
        store_id: 'keys',
        part: `minute#1970-01-01T00:01:00Z#${place}`,
        minute: '1970-01-01T00:01:00Z',
        sales: 3,
        revenueCents: 1,
        returnsCents: 1,
      },
    ]);
  });

  it('answers the contributions of a time, its end excluded, and those of no other store', async () => {
    const kept = [10, 11, 12, 13].map((minute) => contribution('times', minute));
    const other = contribution('times', 11, { first: sequenceNumber(5) });
    await revenue.keep([arrived('times'), arrived('times-2')], [...kept, other, contribution('times-2', 11)]);
    expect(await revenue.contributions('times', at(11), at(13))).toEqual([kept[1], other, kept[2]]);
  });

  it('keeps the same again, and puts a corrected one in the place of an old one', async () => {
    for (const cents of [10, 10, 25]) await revenue.keep([], [contribution('again', 1, { tally: tally(cents) })]);
    expect(await revenue.contributions('again', at(0), at(9))).toEqual([
      contribution('again', 1, { tally: tally(25) }),
    ]);
  });

  it('keeps any number of items, in calls of 25, and answers them all', async () => {
    const stores = Array.from({ length: 40 }, (_, n) => arrived(`many-${n}`));
    const minutes = Array.from({ length: 1_200 }, (_, n) => contribution('many', n));
    const send = jest.spyOn(dynamoDb, 'send');
    await revenue.keep(stores, minutes);
    expect(send).toHaveBeenCalledTimes(Math.ceil(1_240 / 25));
    send.mockRestore();
    expect(await revenue.contributions('many', at(0), at(1_200))).toEqual(minutes);
  });

  it('hands the table again what it did not take, and fails where that goes on', async () => {
    const taken: number[] = [];
    const real = dynamoDb.send.bind(dynamoDb);
    const refusing = (refusals: number) => {
      let left = refusals;
      return async (command: BatchWriteItemCommand) => {
        const requests = command.input.RequestItems?.revenue ?? [];
        taken.push(requests.length);
        if (left-- <= 0) return real(command);
        await real(new BatchWriteItemCommand({ RequestItems: { revenue: requests.slice(0, 1) } }));
        return { UnprocessedItems: { revenue: requests.slice(1) } };
      };
    };
    const items = Array.from({ length: 4 }, (_, n) => contribution('refused', n));
    const send = jest.spyOn(dynamoDb, 'send').mockImplementation(refusing(2) as never);
    await revenue.keep([], items);
    expect(taken).toEqual([4, 3, 2]);
    send.mockImplementation((async () => ({
      UnprocessedItems: { revenue: [{ PutRequest: { Item: {} } }] },
    })) as never);
    await expect(revenue.keep([], items)).rejects.toThrow('1 items not taken by the table');
    send.mockRestore();
    expect(await revenue.contributions('refused', at(0), at(9))).toEqual(items);
  });

  it('lets a failing call fail', async () => {
    const elsewhere = new RevenueTable(dynamoDb, 'not-there');
    await expect(elsewhere.keep([arrived('x')], [])).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
