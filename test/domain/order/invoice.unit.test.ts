import fc from 'fast-check';
import { maxQuantity, maxUnitPriceCents } from '../../../domain/money.ts';
import { toInvoice } from '../../../domain/order/invoice.ts';
import { orderPlaced, sentOrder } from '../../support/events.ts';

const details = sentOrder().details as Record<string, unknown>;

describe('an invoice', () => {
  it('holds the order, dated by the order, and its total in cents', () => {
    const { key, json } = toInvoice(orderPlaced('e1'));
    expect(key).toBe('invoices/a1/v1/e1.json');
    expect(JSON.parse(json)).toEqual({ ...sentOrder(), totalCents: 900 });
  });

  it('is the same text whenever the event happened and however its fields were ordered', () => {
    const first = orderPlaced('e1', { x: { b: 1, a: 2 } }, '2026-11-22T10:00:00.000Z');
    const again = orderPlaced('e1', { x: { a: 2, b: 1 } }, '2027-01-01T00:00:00.000Z');
    const reordered = { ...again, data: Object.fromEntries(Object.entries(again.data).reverse()) as typeof again.data };
    expect(toInvoice(reordered)).toEqual(toInvoice(first));
  });

  it('totals every price and quantity to the cent', () => {
    fc.assert(
      fc.property(fc.nat({ max: maxUnitPriceCents }), fc.integer({ min: 1, max: maxQuantity }), (cents, quantity) => {
        const event = orderPlaced('e1', { details: { ...details, unitprice: cents / 100, quantity } });
        expect(BigInt((JSON.parse(toInvoice(event).json) as { totalCents: number }).totalCents)).toBe(
          BigInt(cents) * BigInt(quantity),
        );
      }),
    );
  });

  it('lets no client write its total, for events are read that hold one', () => {
    expect(JSON.parse(toInvoice(orderPlaced('e1', { totalCents: 1 })).json)).toMatchObject({ totalCents: 900 });
  });
});
