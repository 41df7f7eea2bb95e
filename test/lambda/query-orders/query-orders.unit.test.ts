import fc from 'fast-check';
import { pageToken } from '../../../lambda/query-orders/page-token.ts';
import { queryOrders } from '../../../lambda/query-orders/query-orders.ts';
import { InMemoryOrders, orderPlaced, proxyEvent, sentOrder, sequenceNumber } from '../../support/events.ts';

const setUp = async (count = 0, accountid = 'a1', note?: string) => {
  const orders = new InMemoryOrders();
  for (let n = 0; n < count; n++) {
    const time = new Date(Date.UTC(2026, 10, 22) + n).toISOString();
    await orders.apply(
      orderPlaced(`e${n}`, { accountid, vendorid: `v${n}`, ...(note && { note }) }, time),
      sequenceNumber(n),
    );
  }
  const get = async (query: Record<string, string>) => {
    const answer = await queryOrders(orders)(proxyEvent({ query: Object.entries(query) }));
    const bytes = Buffer.byteLength(JSON.stringify(answer));
    return { ...answer, bytes, body: JSON.parse(answer.body) };
  };
  return { orders, get };
};

describe('GET /order', () => {
  it('answers the order flat, its eventId and receivedAt beside its own fields', async () => {
    const { orders, get } = await setUp();
    await orders.apply(orderPlaced('e1', { loyalty: 3 }), sequenceNumber(1));
    const { statusCode, headers, body } = await get({ accountid: 'a1', vendorid: 'v1' });
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({
      'Content-Type': 'application/json',
      'Access-Control-Allow-Origin': '*',
      'Cache-Control': 'no-store',
    });
    expect(body).toEqual({ ...sentOrder({ loyalty: 3 }), eventId: 'e1', receivedAt: '2026-11-22T10:15:31.000Z' });
  });

  it('answers 404 where there is no order', async () => {
    const { get } = await setUp(1);
    expect(await get({ accountid: 'a1', vendorid: 'none' })).toMatchObject({
      statusCode: 404,
      headers: { 'Content-Type': 'application/problem+json' },
      body: { status: 404 },
    });
  });

  it('answers an account without orders with an empty page', async () => {
    const { get } = await setUp(1);
    expect(await get({ accountid: 'a2' })).toMatchObject({ statusCode: 200, body: { orders: [] } });
  });

  it('pages through all orders of the account, newest first, each once, whatever the limit', async () => {
    const { get } = await setUp(23);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), async (limit) => {
        const seen: string[] = [];
        for (let next: string | undefined = ''; next !== undefined; ) {
          const { body } = await get({ accountid: 'a1', limit: String(limit), ...(next ? { next } : {}) });
          expect(body.orders.length).toBeLessThanOrEqual(limit);
          seen.push(...body.orders.map(({ vendorid }: { vendorid: string }) => vendorid));
          next = body.next;
        }
        expect(seen).toEqual(Array.from({ length: 23 }, (_, n) => `v${22 - n}`));
      }),
      { numRuns: 30 },
    );
  });

  it('ends a page before it outgrows an answer of Lambda', async () => {
    const { get } = await setUp(31, 'a1', '\0'.repeat(33_000));
    const seen: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const { bytes, body } = await get({ accountid: 'a1', ...(next ? { next } : {}) });
      expect(bytes).toBeLessThan(5_500_000);
      seen.push(...body.orders.map(({ vendorid }: { vendorid: string }) => vendorid));
      next = body.next;
    }
    expect(seen).toEqual(Array.from({ length: 31 }, (_, n) => `v${30 - n}`));
  });

  it('takes a next that it made, and never another account from it', async () => {
    const { orders, get } = await setUp(3);
    await orders.apply(orderPlaced('foreign', { accountid: 'a2' }), sequenceNumber(9));
    const { body } = await get({
      accountid: 'a1',
      limit: '100',
      next: pageToken({ vendorid: 'v1', receivedAtEventId: '9999-01-01T00:00:00.000Z#x' }),
    });
    expect(body.orders.map(({ accountid }: { accountid: string }) => accountid)).toEqual(['a1', 'a1', 'a1']);
  });

  it('lets a failing store fail the call', async () => {
    const { orders, get } = await setUp();
    orders.get = async () => {
      throw new Error('no such table');
    };
    await expect(get({ accountid: 'a1', vendorid: 'v1' })).rejects.toThrow('no such table');
  });
});
