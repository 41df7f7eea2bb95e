import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { OrderPlaced } from '../domain/order/order-placed.ts';
import { startDynamoDb } from '../local/engines/dynamodb.ts';
import { eventually } from './support/eventually.ts';
import { anOrder, type OrderSystem, type RunningOrderSystem, startOrderSystem } from './support/order-system.ts';

const failingVendor = 'v777';

let running: RunningOrderSystem;
let system: OrderSystem;
let closeStore: () => Promise<void>;

beforeAll(async () => {
  const store = await startFailingStore(failingVendor);
  closeStore = store.close;
  process.env.AWS_ENDPOINT_URL_DYNAMODB = store.url;
  running = await startOrderSystem();
  system = running.system;
});
afterAll(async () => {
  await running?.close();
  await closeStore?.();
  delete process.env.AWS_ENDPOINT_URL_DYNAMODB;
});

const event = (vendorid: string, id = `e-${vendorid}`) =>
  OrderPlaced.create({
    id,
    source: 'urn:test',
    subject: `a/${vendorid}`,
    time: '2026-11-22T10:15:30.123Z',
    data: anOrder('a', vendorid) as never,
  });
const record = (vendorid: string, value: unknown) => ({
  PartitionKey: `a/${vendorid}`,
  Data: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
});

it('sets poison records among 1,000 aside, whole and alone, and lets everything else through', async () => {
  const orders = Array.from({ length: 1_000 }, (_, n) => record(`v${n}`, event(`v${n}`)));
  const badData = (n: number) => record(`bad${n}`, { ...event(`bad${n}`), data: { accountid: 'a' } });
  const poison = {
    notJson: record('p1', 'this is not JSON'),
    unknownType: record('p2', { ...event('p2'), type: 'OrderVanished' }),
    first: badData(1),
    middle: badData(2),
    last: badData(3),
  };
  const records = [
    poison.first,
    ...orders.slice(0, 250),
    poison.notJson,
    ...orders.slice(250, 500),
    poison.middle,
    ...orders.slice(500, 750),
    poison.unknownType,
    ...orders.slice(750),
    poison.last,
  ];
  for (let from = 0; from < records.length; from += 500) {
    await system.kinesis.send(
      new PutRecordsCommand({ StreamName: system.output('StreamName'), Records: records.slice(from, from + 500) }),
    );
  }

  await eventually(async () => {
    expect(await system.invoices('invoices/a/')).toHaveLength(1_000);
    const vendors = (await system.items()).map(({ vendorid }) => vendorid);
    expect(vendors).toHaveLength(999);
    expect(vendors).not.toContain(failingVendor);
  }, 60_000);

  const consumerOf = new Map(
    [...running.stack.functions.values()].map((each) => [each.functionArn, each.functionName]),
  );
  const setAside = (
    await eventually(async () => {
      const found = await system.setAside();
      expect(found).toHaveLength(3 * 3 + 1 + 2);
      return found;
    }, 60_000)
  ).map(({ key, record: { requestContext, KinesisBatchInfo }, records }) => {
    expect(key).toMatch(
      /^aws\/lambda\/[0-9a-f-]{36}\/shardId-\d{12}\/\d{4}\/\d\d\/\d\d\/\d{4}-\d\d-\d\dT\d\d\.\d\d\.\d\d-[0-9a-f-]{36}$/,
    );
    expect([requestContext.condition, KinesisBatchInfo.batchSize, records.length]).toEqual([
      'RetryAttemptsExhausted',
      1,
      1,
    ]);
    const consumer = /(OrderProjection|InvoiceProjection|EventCheck)/.exec(
      consumerOf.get(requestContext.functionArn) ?? '',
    );
    return `${consumer?.[0]}: ${Buffer.from(records[0]?.kinesis.data ?? '', 'base64')}`;
  });
  const by = (consumer: string, ...poisoned: { Data: Buffer }[]) => poisoned.map(({ Data }) => `${consumer}: ${Data}`);
  const badOnes = [poison.first, poison.middle, poison.last];
  expect(setAside.sort()).toEqual(
    [
      ...by('EventCheck', poison.notJson, poison.unknownType, ...badOnes),
      ...by('InvoiceProjection', ...badOnes),
      ...by('OrderProjection', record(failingVendor, event(failingVendor)), ...badOnes),
    ].sort(),
  );
}, 150_000);

it('moves the shard on within 2 seconds of the last retry', async () => {
  const before = (await system.setAside()).length;
  const shardKey = 'moves-on';
  const put = (value: unknown) =>
    system.kinesis.send(
      new PutRecordsCommand({
        StreamName: system.output('StreamName'),
        Records: [{ ...record(shardKey, value), PartitionKey: shardKey }],
      }),
    );
  await put({ ...event('poisoned'), data: {} });
  await put(event(shardKey));

  await eventually(async () => expect((await system.setAside()).length).toBeGreaterThanOrEqual(before + 2), 20_000);
  await eventually(async () => {
    expect((await system.items()).map(({ vendorid }) => vendorid)).toContain(shardKey);
    expect(await system.invoices(`invoices/a/${shardKey}/`)).toHaveLength(1);
  }, 2_000);
}, 60_000);

it('answers 503 to who asks for an order that the store does not tell, and goes on', async () => {
  const response = await system.request(`order?accountid=a&vendorid=${failingVendor}`);
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await response.json()).toMatchObject({ status: 503, code: 'unavailable' });

  expect((await system.request('order?accountid=a&vendorid=not-there')).status).toBe(404);
});

/** The real engine behind a gate that answers 500 to every read and write of one vendor's order. */
async function startFailingStore(vendorid: string): Promise<{ url: string; close(): Promise<void> }> {
  const path = mkdtempSync(join(tmpdir(), 'failing-store-'));
  const engine = await startDynamoDb({ path });
  const gate = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (/\.(Get|Update)Item$/.test(`${incoming.headers['x-amz-target']}`) && body.includes(`"${vendorid}"`)) {
      outgoing.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' });
      outgoing.end('{"__type":"InternalServerError","message":"the store fails for this key"}');
      return;
    }
    const passed = forward(
      engine.url,
      { method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      },
    );
    passed.end(body);
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(gate.address() as AddressInfo).port}`,
    close: async () => {
      gate.closeAllConnections();
      await new Promise((resolve) => gate.close(resolve));
      await engine.close();
      rmSync(path, { recursive: true, force: true });
    },
  };
}
