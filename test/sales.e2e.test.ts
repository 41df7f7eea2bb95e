import { join } from 'node:path';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SaleRecorded } from '../domain/revenue/sale-recorded.ts';
import { synthesize } from '../local/synthesize.ts';
import { settingsOf } from '../operations/clients.ts';
import { readArchive } from '../operations/events/archive-source.ts';
import { produce } from '../operations/produce/produce.ts';
import { silentProgress } from '../operations/progress.ts';
import { eventually } from './support/eventually.ts';
import { type OrderSystem, type RunningOrderSystem, startOrderSystem } from './support/order-system.ts';
import { saleDetail } from './support/sales.ts';

const root = join(import.meta.dirname, '..');
const assembly = join(root, '.local/test-assembly-short-windows');

let running: RunningOrderSystem;
let system: OrderSystem;
let lambda: LambdaClient;
let eventBridge: EventBridgeClient;
let sqs: SQSClient;

beforeAll(async () => {
  await synthesize({ root, output: assembly, context: { revenueWindow: '2' } });
  running = await startOrderSystem({ assembly });
  system = running.system;
  const { environment } = running.stack;
  lambda = new LambdaClient(settingsOf(environment, 'LAMBDA'));
  eventBridge = new EventBridgeClient(settingsOf(environment, 'EVENTBRIDGE'));
  sqs = new SQSClient(settingsOf(environment, 'SQS'));
}, 60_000);
afterAll(async () => {
  for (const client of [lambda, eventBridge, sqs]) client?.destroy();
  await running?.close();
});

const cents = (amount: number) => Math.round(amount * 100);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** The items of what arrived in each window. */
async function windows() {
  const TableName = system.output('RevenueTableName');
  const { Items = [] } = await system.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
  return Items.map((item) => unmarshall(item)).filter(({ part }) => part.startsWith('arrival#'));
}

/** What stands in S3, and where. */
async function lines() {
  const keys = await system.keys('RevenueBucketName', 'sales_revenue/');
  const texts = await Promise.all(keys.map((key) => system.object('RevenueBucketName', key)));
  expect(texts.every((text) => text.endsWith('}\n'))).toBe(true);
  return { keys, lines: texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line)) };
}

async function asked(storeId: string) {
  const from = new Date(Date.now() - 7_200_000).toISOString();
  const to = new Date(Date.now() + 120_000).toISOString();
  const response = await system.request(`revenue?store_id=${storeId}&from=${from}&to=${to}`);
  expect(response.status).toBe(200);
  return (await response.json()) as { revenue: number; returns: number; sales: number };
}

const send = (detailType: string, detail: unknown) =>
  eventBridge.send(
    new PutEventsCommand({
      Entries: [
        {
          EventBusName: system.output('StoreBusName'),
          Source: 'test',
          DetailType: detailType,
          Detail: JSON.stringify(detail),
        },
      ],
    }),
  );

it('sells 1,170 times, and the table, S3, GET /revenue and the producer agree to the cent', async () => {
  const stores = ['store_1', 'store_2', 'store_3', 'store_4', 'store_5'];
  const { message } = await produce(
    { amount: { events: 1_170 }, lateMinutes: 30 },
    {
      lambda,
      functionName: system.output('ProducerFunctionName'),
      progress: silentProgress,
      signal: new AbortController().signal,
    },
  );
  expect(message).toMatchObject({ status: true, record_count: 1_170 });
  const total = cents(message.tot_sales);

  await eventually(async () => expect(sum((await windows()).map(({ sales }) => sales))).toBe(1_170), 15_000);
  const items = await windows();
  expect(sum(items.map(({ revenueCents }) => revenueCents))).toBe(total);
  expect(new Set(items.map(({ store_id }) => store_id))).toEqual(new Set(stores));

  const delivered = await eventually(async () => {
    const found = await lines();
    expect(found.lines).toHaveLength(items.length);
    return found;
  }, 15_000);
  expect(sum(delivered.lines.map(({ revenue }) => cents(revenue)))).toBe(total);
  for (const key of delivered.keys) expect(key).toMatch(/^sales_revenue\/\d{4}\/\d\d\/\d\d\/\d\d\/[^/]+\.json$/);
  for (const line of delivered.lines) {
    expect(Object.keys(line).slice(0, 3)).toEqual(['store_id', 'revenue', 'timestamp']);
    expect(line.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000$/);
  }

  const answers = await Promise.all(stores.map(asked));
  expect(sum(answers.map(({ revenue }) => cents(revenue)))).toBe(total);
  expect(sum(answers.map(({ sales }) => sales))).toBe(1_170);
  expect(sum(answers.map(({ returns }) => cents(returns)))).toBe(sum(items.map(({ returnsCents }) => returnsCents)));
}, 45_000);

describe('what a store sends', () => {
  const letters: Message[] = [];
  const letterOf = (requestId: string) =>
    eventually(async () => {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl: system.output('StoreDeadLetterQueueUrl'),
          MaxNumberOfMessages: 10,
          MessageAttributeNames: ['All'],
        }),
      );
      letters.push(...Messages);
      const found = letters.find(({ Body }) => Body?.includes(`"${requestId}"`));
      if (!found) throw new Error(`no letter of ${requestId}`);
      return found;
    }, 15_000);
  const setAsideBy = (box: string, requestId: string) =>
    eventually(async () => {
      const all = await system.setAside();
      const found = all.find(
        ({ record, records }) =>
          record.requestContext.functionArn.includes(box) &&
          records.some(({ kinesis }) => Buffer.from(kinesis.data, 'base64').includes(`"${requestId}"`)),
      );
      if (!found) throw new Error(`${requestId} was not set aside`);
      return found;
    }, 20_000);
  const revenueOf = (storeId: string, expected: number) =>
    eventually(async () => expect((await asked(storeId)).revenue).toBe(expected), 15_000);

  it('counts with an amount as a decimal text', async () => {
    await send('sales-events', saleDetail({ request_id: 'as-text', store_id: 'texts', sales: '1000000.10' }));
    await revenueOf('texts', 1_000_000.1);
  }, 20_000);

  it('counts again in a later window, and the archive tells the exact sum', async () => {
    const detail = saleDetail({ request_id: 'twice', store_id: 'forgetful', sales: 5 });
    await send('sales-events', detail);
    await revenueOf('forgetful', 5);
    await send('sales-events', detail);
    await revenueOf('forgetful', 10);

    const archived = await eventually(async () => {
      const sales: SaleRecorded[] = [];
      const range = { toMs: Date.now(), signal: new AbortController().signal };
      await readArchive(system.s3, system.output('ArchiveBucketName'), range, ({ partitionKey, data }) => {
        if (partitionKey === 'forgetful') sales.push(JSON.parse(Buffer.from(data, 'base64').toString()));
      });
      expect(sales.length).toBeGreaterThanOrEqual(2);
      return sales;
    }, 15_000);
    const once = new Map(archived.map(({ data }) => [`${data.store_id} ${data.request_id}`, data.sales]));
    expect(sum([...once.values()])).toBe(5);
  }, 30_000);

  it.each([
    ['an amount in words', { sales: 'a lot' }],
    ['a million with three decimals', { sales: 1_000_000.125 }],
    ['a store that is no id', { store_id: 'store 1' }],
  ])(
    'is set aside, whole and alone, with %s, while what comes after it counts',
    async (name, wrong) => {
      const store = name.replaceAll(' ', '-');
      const good = (id: string) => saleDetail({ request_id: `${store}-${id}`, store_id: store, sales: 2 });
      await send('sales-events', good('before'));
      await send('sales-events', { ...saleDetail({ store_id: store, ...wrong }), request_id: `${store}-bad` });
      await send('sales-events', good('after'));
      const { record } = await setAsideBy('RevenueWindow', `${store}-bad`);
      expect(record.KinesisBatchInfo.batchSize).toBe(1);
      await revenueOf(store, 4);
    },
    30_000,
  );

  it.each([
    ['of an unknown type', 'weather-events', { store_id: 'store_1', degrees: 31 }],
    ['without its store', 'sales-events', saleDetail({ store_id: undefined })],
    ['without what was sold for', 'sales-events', saleDetail({ sales: undefined })],
    ['of the inventory without a name', 'inventory-events', saleDetail({ name: undefined })],
  ])(
    'goes to the dead-letter queue, whole, %s',
    async (name, detailType, fields) => {
      const detail = JSON.parse(JSON.stringify({ ...fields, request_id: name.replaceAll(' ', '-') }));
      await send(detailType, detail);
      const letter = await letterOf(detail.request_id);
      expect(JSON.parse(letter.Body ?? '')).toMatchObject({ 'detail-type': detailType, source: 'test', detail });
    },
    20_000,
  );

  it('goes to the dead-letter queue once keep-stock has failed at it, which says why', async () => {
    const detail = { request_id: 'too-many', store_id: 'store_1', name: 'Croissant', is_return: false, quantity: 0 };
    await send('inventory-events', detail);
    const letter = await letterOf('too-many');
    expect(JSON.parse(letter.Body ?? '')).toMatchObject({ type: 'InventoryChanged', data: detail });
    expect(letter.MessageAttributes?.ErrorMessage?.StringValue).toContain('data.quantity must be an integer');
  }, 20_000);

  it('changes the stock once, however often it comes', async () => {
    const detail = { request_id: 'delivery-1', store_id: 'depot', name: 'Beans', is_return: true, quantity: 40 };
    await Promise.all([send('inventory-events', detail), send('inventory-events', detail)]);
    await send('inventory-events', { ...detail, request_id: 'sold-1', is_return: false, quantity: 3 });
    await eventually(async () => {
      const { Items = [] } = await system.dynamodb.send(
        new ScanCommand({ TableName: system.output('StockTableName'), ConsistentRead: true }),
      );
      const beans = Items.map((item) => unmarshall(item)).find(({ name }) => name === 'Beans');
      expect(beans).toMatchObject({ store_id: 'depot', stock: 37, requestIds: expect.arrayContaining(['sold-1']) });
    });
  }, 20_000);
});
