import { canonicalJson } from '../canonical-json.ts';
import { centsFromNumber } from '../money.ts';
import type { OrderPlaced } from './order-placed.ts';

/** One invoice: where it lies, and its bytes. */
export interface Invoice {
  readonly key: string;
  readonly json: string;
}

/** `invoices/<accountid>/<vendorid>/<eventId>.json`: each order has an invoice of its own. */
export const invoiceKey = (order: { readonly accountid: string; readonly vendorid: string }, eventId: string): string =>
  `invoices/${order.accountid}/${order.vendorid}/${eventId}.json`;

/**
 * The invoice of an order: the order's own fields, dated by its `orderdate`, and `totalCents`, an integer.
 * It says nothing but what the event's data says, in one canonical text, so the same order gives the same bytes
 * whenever and however often it is delivered.
 */
export function toInvoice(event: OrderPlaced): Invoice {
  const order = event.data;
  const unitCents = centsFromNumber(order.details.unitprice);
  if (unitCents === undefined) throw new RangeError(`not an amount: ${order.details.unitprice}`);
  return {
    key: invoiceKey(order, event.id),
    json: canonicalJson({ ...order, totalCents: unitCents * order.details.quantity }),
  };
}
