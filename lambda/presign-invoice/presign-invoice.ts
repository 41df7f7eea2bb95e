import * as z from 'zod/mini';
import { invoiceKey } from '../../domain/order/invoice.ts';
import { Id } from '../../domain/order/order.ts';
import type { OrderViews } from '../query-orders/query-orders.ts';
import { httpHandler, json, Problem, readQuery } from '../runtime/http.ts';

/** A URL that opens one invoice to whoever holds it, until it expires. */
export interface InvoiceLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/** Invoices, and links to them. */
export interface InvoiceLinks {
  has(key: string): Promise<boolean>;
  link(key: string): Promise<InvoiceLink>;
}

const InvoiceQuery = z.strictObject({ accountid: Id, vendorid: z.optional(Id) });

/**
 * `GET /invoice?accountid=[&vendorid=]` -> `{url, key, expiresAt}`: the invoice of the latest order there, or the
 * account's newest by arrival (from an index that follows the orders within moments). 404 where there is none; with
 * `Retry-After` where the order is known and its invoice on its way, never a link to an older one. Three calls, however
 * many invoices there are.
 */
export const presignInvoice = (orders: OrderViews, invoices: InvoiceLinks) =>
  httpHandler(async (request) => {
    const { accountid, vendorid } = readQuery(request, InvoiceQuery);
    const found =
      vendorid === undefined ? (await orders.page(accountid, 1)).orders[0] : await orders.get(accountid, vendorid);
    if (!found)
      throw new Problem('not-found', `There is no order of ${accountid}${vendorid ? ` at ${vendorid}` : ''}.`);

    const key = invoiceKey(found.order, found.eventId);
    if (!(await invoices.has(key))) {
      throw new Problem('not-found', 'The order is known and its invoice is on its way.', { retryAfterSeconds: 1 });
    }
    const { url, expiresAt } = await invoices.link(key);
    return json(200, { url, key, expiresAt: expiresAt.toISOString() });
  });
