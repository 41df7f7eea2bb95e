import * as z from 'zod/mini';
import { invoiceKey } from '../../domain/order/invoice.ts';
import { Id } from '../../domain/order/order.ts';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { roomInAnswer } from '../runtime/answer-size.ts';
import { count } from '../runtime/count.ts';
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

const maxEvents = 100;
const Query = z.strictObject({
  accountid: Id,
  vendorid: Id,
  limit: z.optional(count(maxEvents)),
  next: z.optional(z.string().check(z.regex(/^[!-~]{1,255}$/, 'must be the next of an earlier answer'))),
});
const readsAtATime = 25;

/**
 * `GET /order/events?accountid=&vendorid=` -> `{events, next}`: what happened to an order and when, the newest first,
 * as many as fit one answer. The order's item remembers the newest 100 events that it has met, and each has an invoice
 * that holds what it says: one read of the table and one of the bucket for each event, and nothing more is written for
 * it than there is anyway. An event whose invoice is on its way is told without its `order`.
 */
export const queryHistory = (orders: OrderHistories, invoices: Invoices) =>
  httpHandler(async (request) => {
    const { limit = maxEvents, next: after, ...place } = readQuery(request, Query);
    const history = await orders.history(place.accountid, place.vendorid);
    if (!history) throw new Problem('not-found', `There is no order of ${place.accountid} at ${place.vendorid}.`);

    const rest = after === undefined ? history : behind(after, history);
    const page = rest.slice(0, limit);
    const events = await answerable(page, (eventId) => invoices.get(invoiceKey(place, eventId)));
    return json(200, { events, next: events.length < rest.length ? page[events.length - 1]?.eventId : undefined });
  });

/** What is older than an event; nothing where the order has forgotten it, and with it all before. */
function behind(eventId: string, history: readonly OrderEvent[]): readonly OrderEvent[] {
  const at = history.findIndex((event) => event.eventId === eventId);
  return at < 0 ? [] : history.slice(at + 1);
}

/** As many of the events as fit one answer, and what each holds: what comes behind them is hardly read. */
async function answerable(page: readonly OrderEvent[], invoiceOf: (eventId: string) => Promise<string | undefined>) {
  const events: object[] = [];
  const fits = roomInAnswer();
  for (let start = 0; start < page.length; start += readsAtATime) {
    const few = page.slice(start, start + readsAtATime);
    const contents = await Promise.all(few.map(({ eventId }) => invoiceOf(eventId)));
    for (const [at, { eventId, receivedAt }] of few.entries()) {
      const event = { eventId, type: OrderPlaced.type, receivedAt, order: orderIn(contents[at]) };
      if (!fits(event)) return events;
      events.push(event);
    }
  }
  return events;
}

/** An invoice is its order and the total. */
function orderIn(invoice: string | undefined): object | undefined {
  if (invoice === undefined) return undefined;
  const { totalCents: _, ...order } = JSON.parse(invoice) as { totalCents: number };
  return order;
}
