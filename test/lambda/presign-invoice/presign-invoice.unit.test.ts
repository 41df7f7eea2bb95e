import { toInvoice } from '../../../domain/order/invoice.ts';
import { presignInvoice } from '../../../lambda/presign-invoice/presign-invoice.ts';
import {
  InMemoryInvoices,
  InMemoryOrders,
  invoiceKeyOf,
  orderPlaced,
  proxyEvent,
  sequenceNumber,
} from '../../support/events.ts';

const older = orderPlaced('e1', { vendorid: 'v1' }, '2026-11-22T10:00:00.000Z');
const newer = orderPlaced('e2', { vendorid: 'v2' }, '2026-11-22T11:00:00.000Z');

const setUp = async () => {
  const orders = new InMemoryOrders();
  const invoices = new InMemoryInvoices();
  await orders.apply(newer, sequenceNumber(1));
  await orders.apply(older, sequenceNumber(2));
  const get = async (query: Record<string, string>) => {
    const { statusCode, headers, body } = await presignInvoice(
      orders,
      invoices,
    )(proxyEvent({ path: '/invoice', query: Object.entries(query) }));
    return { statusCode, headers, body: JSON.parse(body) };
  };
  return { orders, invoices, get };
};

describe('GET /invoice', () => {
  it('answers a link to the invoice of the order there', async () => {
    const { invoices, get } = await setUp();
    await invoices.put(toInvoice(older));
    const key = invoiceKeyOf(older);
    expect(await get({ accountid: 'a1', vendorid: 'v1' })).toMatchObject({
      statusCode: 200,
      body: { url: expect.stringContaining(key), key, expiresAt: '2026-11-22T10:30:00.000Z' },
    });
  });

  it("answers the account's newest invoice by arrival where no vendor is named, whatever the positions", async () => {
    const { invoices, get } = await setUp();
    await invoices.put(toInvoice(older));
    await invoices.put(toInvoice(newer));
    expect((await get({ accountid: 'a1' })).body.key).toBe(invoiceKeyOf(newer));
  });

  it('answers 404 with Retry-After while the invoice is on its way, never an older one', async () => {
    const { invoices, get } = await setUp();
    await invoices.put(toInvoice(older));
    expect(await get({ accountid: 'a1' })).toMatchObject({
      statusCode: 404,
      headers: { 'Retry-After': '1' },
      body: { status: 404 },
    });
    expect(await get({ accountid: 'a1', vendorid: 'v2' })).toMatchObject({
      statusCode: 404,
      headers: { 'Retry-After': '1' },
    });
  });

  it('answers 404 without Retry-After where there is no order', async () => {
    const { get } = await setUp();
    for (const query of [{ accountid: 'a2' }, { accountid: 'a1', vendorid: 'v3' }] as Record<string, string>[]) {
      const { statusCode, headers } = await get(query);
      expect(statusCode).toBe(404);
      expect(headers).not.toHaveProperty('Retry-After');
    }
  });
});
