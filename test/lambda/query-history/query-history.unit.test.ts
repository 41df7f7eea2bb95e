import { toInvoice } from '../../../domain/order/invoice.ts';
import { queryHistory } from '../../../lambda/query-history/query-history.ts';
import {
  InMemoryInvoices,
  InMemoryOrders,
  orderPlaced,
  proxyEvent,
  sentOrder,
  sequenceNumber,
} from '../../support/events.ts';

const at = (n: number) => new Date(Date.UTC(2026, 10, 22) + n).toISOString();

const setUp = async (count: number, note?: string) => {
  const orders = new InMemoryOrders();
  const invoices = new InMemoryInvoices();
  for (let n = 0; n < count; n++) {
    const event = orderPlaced(`e${n}`, { city: `city ${n}`, ...(note && { note }) }, at(n));
    await orders.apply(event, sequenceNumber(n));
    await invoices.put(toInvoice(event));
  }
  const get = async (query: Record<string, string>) => {
    const request = proxyEvent({ path: '/order/events', query: Object.entries(query) });
    const answer = await queryHistory(orders, invoices)(request);
    const bytes = Buffer.byteLength(JSON.stringify(answer));
    return { statusCode: answer.statusCode, bytes, body: JSON.parse(answer.body) };
  };
  return { orders, invoices, get };
};
const place = { accountid: 'a1', vendorid: 'v1' };

describe('GET /order/events', () => {
  it('answers what happened to an order and when, the newest first', async () => {
    const { get } = await setUp(2);
    expect(await get(place)).toMatchObject({
      statusCode: 200,
      body: {
        events: [
          { eventId: 'e1', type: 'OrderPlaced', receivedAt: at(1), order: sentOrder({ city: 'city 1' }) },
          { eventId: 'e0', type: 'OrderPlaced', receivedAt: at(0), order: sentOrder({ city: 'city 0' }) },
        ],
      },
    });
  });

  it('answers the newest 100 with one read of the orders and one of each invoice', async () => {
    const { orders, invoices, get } = await setUp(130);
    const reads = [jest.spyOn(orders, 'history'), jest.spyOn(invoices, 'get')];
    const { body } = await get(place);
    expect(body.events).toHaveLength(100);
    expect(body.events[99]).toMatchObject({ eventId: 'e30', order: { city: 'city 30' } });
    expect(reads.map(({ mock }) => mock.calls.length)).toEqual([1, 100]);
  });

  it('pages, and an event that comes meanwhile moves no page', async () => {
    const { orders, invoices, get } = await setUp(5);
    const first = (await get({ ...place, limit: '3' })).body;
    expect(first).toMatchObject({ events: [{ eventId: 'e4' }, { eventId: 'e3' }, { eventId: 'e2' }], next: 'e2' });
    const late = orderPlaced('late');
    await orders.apply(late, sequenceNumber(9));
    await invoices.put(toInvoice(late));
    const { body } = await get({ ...place, limit: '3', next: first.next });
    expect(body).toMatchObject({ events: [{ eventId: 'e1' }, { eventId: 'e0' }] });
    expect(body).not.toHaveProperty('next');
  });

  it('ends where the order has forgotten the event that a page ended with', async () => {
    const { get } = await setUp(105);
    expect((await get({ ...place, next: 'e3' })).body).toEqual({ events: [] });
  });

  it('ends a page before it outgrows an answer of Lambda', async () => {
    const { get } = await setUp(40, '"'.repeat(95_000));
    const read: string[] = [];
    for (let next: string | undefined = ''; next !== undefined; ) {
      const { bytes, body } = await get({ ...place, ...(next && { next }) });
      expect(bytes).toBeLessThan(5_500_000);
      read.push(...body.events.map(({ eventId }: { eventId: string }) => eventId));
      next = body.next;
    }
    expect(read).toEqual(Array.from({ length: 40 }, (_, n) => `e${39 - n}`));
  });

  it('reads few more invoices than fit one answer of Lambda, however many there are', async () => {
    const { invoices, get } = await setUp(100, '"'.repeat(95_000));
    const reads = jest.spyOn(invoices, 'get');
    const { body } = await get(place);
    expect(body.events.length).toBeLessThan(25);
    expect(reads.mock.calls.length).toBe(25);
  });

  it('tells of an event whose invoice is on its way', async () => {
    const { invoices, get } = await setUp(1);
    invoices.objects.clear();
    expect((await get(place)).body).toEqual({ events: [{ eventId: 'e0', type: 'OrderPlaced', receivedAt: at(0) }] });
  });

  it('answers 404 where there is no order', async () => {
    const { get } = await setUp(1);
    expect(await get({ ...place, vendorid: 'none' })).toMatchObject({ statusCode: 404 });
  });

  it.each([
    [{}, ['accountid', 'vendorid']],
    [{ accountid: 'a1' }, ['vendorid']],
    [{ ...place, vendorid: '../v' }, ['vendorid']],
    [{ ...place, limit: '101', next: 'a b' }, ['limit', 'next']],
    [{ ...place, until: 'e3' }, ['until']],
  ])('names the wrong fields of %j', async (query, fields) => {
    const { get } = await setUp(1);
    const { statusCode, body } = await get(query);
    expect(statusCode).toBe(422);
    expect(body.errors.map(({ field }: { field: string }) => field)).toEqual(fields);
  });
});
