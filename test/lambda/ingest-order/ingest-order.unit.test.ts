import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { ingestOrder, maxEventBytes } from '../../../lambda/ingest-order/ingest-order.ts';
import type { PutFailure } from '../../../lambda/runtime/event-stream.ts';
import { InMemoryStream, postOrder, proxyEvent, sentOrder } from '../../support/events.ts';

const setUp = () => {
  const stream = new InMemoryStream();
  let ids = 0;
  const ingest = ingestOrder(stream, { now: () => new Date('2026-11-22T10:15:31Z'), newId: () => `id-${ids++}` });
  const post = async (body: unknown, headers?: Record<string, string>, msLeft = 29_000) => {
    const context = { getRemainingTimeInMillis: () => msLeft };
    const { statusCode, headers: answered, body: text } = await ingest(postOrder(body, headers), context);
    return { statusCode, headers: answered, body: JSON.parse(text) };
  };
  return { stream, ingest, post };
};
const manyOrders = (count: number) => Array.from({ length: count }, (_, n) => sentOrder({ vendorid: `v${n}` }));

beforeEach(() => {
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

describe('POST /order', () => {
  it('puts the order on the stream as an event, keyed by account and vendor, and tells where it lies', async () => {
    const { stream, post } = setUp();
    const { statusCode, headers, body } = await post({ order: sentOrder() });

    expect(statusCode).toBe(202);
    expect(headers).toMatchObject({ 'Content-Type': 'application/json', 'Access-Control-Allow-Origin': '*' });
    expect(body).toEqual({
      accepted: [
        {
          index: 0,
          eventId: 'id-0',
          shardId: 'shardId-000000000000',
          sequenceNumber: expect.stringMatching(/^\d{56}$/),
        },
      ],
      refused: [],
    });
    expect(stream.records.map(({ partitionKey }) => partitionKey)).toEqual(['a1/v1']);
    expect(stream.events()).toEqual([
      expect.objectContaining({
        id: 'id-0',
        type: 'OrderPlaced',
        subject: 'a1/v1',
        time: '2026-11-22T10:15:31.000Z',
        data: sentOrder(),
      }),
    ]);
  });

  it('takes a body that API Gateway sends as base64', async () => {
    const { stream, ingest } = setUp();
    const body = Buffer.from(JSON.stringify({ order: sentOrder({ city: 'Zürich 😀' }) }));
    expect(await ingest(proxyEvent({ method: 'POST', body }))).toMatchObject({ statusCode: 202 });
    expect(stream.events()[0]?.data.city).toBe('Zürich 😀');
  });

  it('accepts 497 of 500 and refuses the 3 invalid ones by their index, with every wrong field', async () => {
    const { stream, post } = setUp();
    const orders: unknown[] = manyOrders(500);
    orders[0] = sentOrder({ orderdate: 'yesterday', vendorid: '/' });
    orders[250] = null;
    orders[499] = sentOrder({ receivedAt: 'now' });

    const { statusCode, body } = await post({ orders });

    expect(statusCode).toBe(202);
    expect(body.accepted).toHaveLength(497);
    expect(body.refused).toEqual([
      {
        index: 0,
        reason: expect.stringContaining('orders[0].orderdate'),
        retryable: false,
        errors: [
          { field: 'orders[0].vendorid', detail: expect.any(String) },
          { field: 'orders[0].orderdate', detail: expect.any(String) },
        ],
      },
      {
        index: 250,
        reason: 'orders[250] must be an object',
        retryable: false,
        errors: [{ field: 'orders[250]', detail: 'must be an object' }],
      },
      {
        index: 499,
        reason: expect.stringContaining('receivedAt'),
        retryable: false,
        errors: [{ field: 'orders[499].receivedAt', detail: expect.any(String) }],
      },
    ]);
    expect(stream.records).toHaveLength(497);
  });

  it.each([
    { names: 'long', letter: 'x' },
    { names: 'escaped twice', letter: '\0' },
  ])('answers less than Lambda takes, whatever is wrong with 500 orders: names that are $names', async ({ letter }) => {
    const { ingest } = setUp();
    const twice = `{${'"a":1,'.repeat(20)}"a":1}`;
    const bad = `{"x":${`{${JSON.stringify(letter.repeat(100))}:`.repeat(10)}${twice}${'}'.repeat(11)}`;
    const orders = Array<string>(499).fill(bad);
    const answerTo = async (...orders: string[]) => {
      const answer = await ingest(proxyEvent({ method: 'POST', body: `{"orders":[${orders.join(',')}]}` }));
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThan(5_500_000);
      return JSON.parse(answer.body);
    };
    const named = (errors: { field: string }[]) =>
      new Set(errors.map(({ field }) => /^orders\[\d+\]/.exec(field)?.[0]));

    const { errors } = await answerTo(...orders);
    expect(named(errors).size).toBe(499);
    const { accepted, refused } = await answerTo(...orders, JSON.stringify(sentOrder()));
    expect(accepted).toHaveLength(1);
    expect(named(refused.flatMap((order: { errors: { field: string }[] }) => order.errors)).size).toBe(499);
  });

  it('keeps 500 orders of one key in the order of the post', async () => {
    const { stream, post } = setUp();
    const { body } = await post({ orders: Array.from({ length: 500 }, (_, n) => sentOrder({ city: `c${n}` })) });
    expect(body.accepted).toHaveLength(500);
    expect(stream.events().map(({ data }) => data.city)).toEqual(Array.from({ length: 500 }, (_, n) => `c${n}`));
  });

  it('gives the same order under the same Idempotency-Key the same id, and another order another', async () => {
    const { post } = setUp();
    const idOf = async (order: unknown, key: string) =>
      (await post({ order }, { 'idempotency-KEY': key })).body.accepted[0].eventId as string;
    const first = await idOf(sentOrder(), 'key 1');
    expect(await idOf(sentOrder(), 'key 1')).toBe(first);
    expect(await idOf(sentOrder({ city: 'Bern' }), 'key 1')).not.toBe(first);
    expect(await idOf(sentOrder(), 'key 2')).not.toBe(first);
  });

  it('gives each order of a batch under a key an id of its own, the same when the batch is sent again', async () => {
    const { post } = setUp();
    const ids = async () =>
      (await post({ orders: [sentOrder(), sentOrder(), sentOrder()] }, { 'Idempotency-Key': 'k' })).body.accepted.map(
        ({ eventId }: { eventId: string }) => eventId,
      );
    const first = await ids();
    expect(new Set(first).size).toBe(3);
    expect(await ids()).toEqual(first);
  });

  it.each<PutFailure>(['throttled', 'timed-out', 'unavailable'])(
    'answers 503 with Retry-After when everything was %s',
    async (failure) => {
      const { stream, post } = setUp();
      stream.failWhen = () => failure;
      const { statusCode, headers, body } = await post({ order: sentOrder() });
      expect(statusCode).toBe(503);
      expect(headers).toMatchObject({ 'Retry-After': '1', 'Content-Type': 'application/problem+json' });
      expect(body).toMatchObject({ status: 503, refused: [{ index: 0, reason: failure, retryable: true }] });
    },
  );

  it('answers 202 when some were refused, tells which may be sent again, and keeps those behind them off the stream', async () => {
    const { stream, post } = setUp();
    stream.failWhen = ({ partitionKey }) => (partitionKey === 'a1/v1' ? 'timed-out' : undefined);
    const { statusCode, body } = await post({
      orders: [sentOrder(), sentOrder({ vendorid: 'v2' }), sentOrder(), sentOrder({ city: 5 })],
    });
    expect(statusCode).toBe(202);
    expect(body.accepted.map(({ index }: { index: number }) => index)).toEqual([1]);
    expect(body.refused).toEqual([
      { index: 0, reason: 'timed-out', retryable: true },
      { index: 2, reason: 'predecessor-failed', retryable: true },
      { index: 3, reason: expect.stringContaining('city'), retryable: false, errors: expect.any(Array) },
    ]);
  });

  it('says how to send again what was refused: the whole post under its key, for an order alone is another event', async () => {
    const { stream, post } = setUp();
    stream.failWhen = ({ partitionKey }) => (partitionKey === 'a1/v1' ? 'timed-out' : undefined);
    const orders = [sentOrder(), sentOrder({ vendorid: 'v2' })];
    const { body } = await post({ orders }, { 'Idempotency-Key': 'k' });
    expect(body.detail).toMatch(/^Send the whole post again under its Idempotency-Key/);

    stream.failWhen = () => undefined;
    const again = (await post({ orders }, { 'Idempotency-Key': 'k' })).body;
    expect(new Set(stream.events().map(({ id }) => id)).size).toBe(2);
    expect(again).not.toHaveProperty('detail');

    // Whatever the last try was told, one before it may have put the order there.
    stream.failWhen = ({ partitionKey }) => (partitionKey === 'a1/v1' ? 'throttled' : undefined);
    expect((await post({ orders })).body.detail).toMatch(
      /^What is refused as retryable may lie on the stream.* without an Idempotency-Key/,
    );
    expect((await post({ order: orders[0] })).body.detail).toMatch(
      /took none of the orders.* without an Idempotency-Key/,
    );
  });

  it('logs why the stream took no order, and how many of each, whether or not there is an error', async () => {
    const { stream, post } = setUp();
    stream.failWhen = ({ partitionKey }) => (partitionKey === 'a1/v1' ? 'throttled' : undefined);
    await post({ orders: [sentOrder(), sentOrder(), sentOrder(), sentOrder({ vendorid: '/' })] });
    expect(console.error).toHaveBeenCalledWith({
      message: 'orders not put on the stream',
      reasons: { throttled: 1, 'predecessor-failed': 2 },
    });
  });

  it('answers before its time is over, and refuses what was not sent by then', async () => {
    const { stream, post } = setUp();
    const put = stream.put.bind(stream);
    stream.put = async (...record) => {
      await sleep(5);
      return put(...record);
    };
    const { statusCode, body } = await post({ orders: Array(100).fill(sentOrder()) }, {}, 3_050);
    expect(statusCode).toBe(202);
    const sent = stream.records.length;
    expect(sent).toBeLessThan(50);
    expect(body.accepted.map(({ index }: { index: number }) => index)).toEqual([...Array(sent).keys()]);
    expect(body.refused.slice(0, 2)).toEqual([
      { index: sent, reason: 'out-of-time', retryable: true },
      { index: sent + 1, reason: 'predecessor-failed', retryable: true },
    ]);
    expect(body.refused).toHaveLength(100 - sent);
  });

  it('fails, so that Lambda counts an error, where the stream refuses for good', async () => {
    const { stream, post } = setUp();
    stream.failWhen = () => {
      throw new Error('no such stream');
    };
    await expect(post({ order: sentOrder() })).rejects.toThrow('no such stream');
  });

  it('accepts an order up to the limit of what every store holds', async () => {
    const { stream, post } = setUp();
    const sizeOf = async (x: string) => (await post({ order: sentOrder({ x }) })).statusCode;
    expect(await sizeOf('')).toBe(202);
    const room = maxEventBytes - (stream.records[0]?.data.length ?? 0);
    expect([await sizeOf('x'.repeat(room)), await sizeOf('x'.repeat(room + 1))]).toEqual([202, 422]);
  });

  it('answers any body at all with 202, 400 or 422', async () => {
    const { ingest } = setUp();
    const almost = fc.record({
      order: fc.record({
        accountid: fc.jsonValue(),
        vendorid: fc.constant('v'),
        orderdate: fc.constant('2026-11-22'),
        details: fc.jsonValue(),
        extra: fc.jsonValue(),
      }),
    });
    const body = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      almost.map((value) => JSON.stringify(value)),
      fc.uint8Array(),
    );
    await fc.assert(
      fc.asyncProperty(body, async (body) => {
        const { statusCode } = await ingest(proxyEvent({ method: 'POST', body }));
        expect([202, 400, 422]).toContain(statusCode);
      }),
      { numRuns: 50 },
    );
  });
});
