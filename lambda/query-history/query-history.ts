import * as z from 'zod/mini';
import { invoiceKey } from '../../domain/order/invoice.ts';
import { Id } from '../../domain/order/order.ts';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { httpHandler, json, Problem, readQuery } from '../runtime/http.ts';

/** One event that an order has met. */
export interface OrderEvent {
  readonly eventId: string;
  /** The event's `time`; unknown of an event from before it was kept. */
  readonly receivedAt: string | undefined;
}

/** What the orders remember of themselves. */
export interface OrderHistories {
  /** The events that the order has met, the newest first, 100 at most; undefined where there is no order. */
  history(accountid: string, vendorid: string): Promise<readonly OrderEvent[] | undefined>;
}

/** The invoices, each of which says what its event says. */
export interface Invoices {
  get(key: string): Promise<string | undefined>;
}

const Query = z.strictObject({ accountid: Id, vendorid: Id });
const readsAtATime = 25;

/**
 * `GET /order/events?accountid=&vendorid=` -> `{events}`: what happened to an order and when, the newest first. The order's
 * item remembers the newest 100 events that it has met, and each has an invoice that holds what it says: one read of the
 * table and one of the bucket for each event, and nothing more is written for it than there is anyway. An event whose
 * invoice is on its way is told without its `order`.
 */
export const queryHistory = (orders: OrderHistories, invoices: Invoices) =>
  httpHandler(async (request) => {
    const place = readQuery(request, Query);
    const history = await orders.history(place.accountid, place.vendorid);
    if (!history) throw new Problem('not-found', `There is no order of ${place.accountid} at ${place.vendorid}.`);

    const contents: (object | undefined)[] = [];
    const remaining = history.entries();
    const read = async () => {
      for (const [at, { eventId }] of remaining) contents[at] = orderIn(await invoices.get(invoiceKey(place, eventId)));
    };
    await Promise.all(Array.from({ length: readsAtATime }, read));
    const events = history.map(({ eventId, receivedAt }, at) => ({
      eventId,
      type: OrderPlaced.type,
      receivedAt,
      order: contents[at],
    }));
    return json(200, { events });
  });

/** An invoice is its order and the total. */
function orderIn(invoice: string | undefined): object | undefined {
  if (invoice === undefined) return undefined;
  const { totalCents: _, ...order } = JSON.parse(invoice) as { totalCents: number };
  return order;
}
