import * as z from 'zod/mini';
import { Id, type Order } from '../../domain/order/order.ts';
import { fitting } from '../runtime/answer-size.ts';
import { count } from '../runtime/count.ts';
import { httpHandler, json, Problem, readQuery } from '../runtime/http.ts';
import { PageToken, pageToken } from './page-token.ts';

/** An order as the projection holds it. */
export interface PlacedOrder {
  readonly order: Order;
  readonly eventId: string;
  /** The event's `time`. */
  readonly receivedAt: string;
}

/** Where a page of an account's orders ended. */
export interface PagePosition {
  readonly vendorid: string;
  readonly receivedAtEventId: string;
}

export interface OrderPage {
  readonly orders: readonly PlacedOrder[];
  readonly next: PagePosition | undefined;
}

/** What can be asked of the projected orders. */
export interface OrderViews {
  /** The latest order there, as of now. */
  get(accountid: string, vendorid: string): Promise<PlacedOrder | undefined>;
  /** At most `limit` of the account's orders after a position, newest first; may lag behind `get`. */
  page(accountid: string, limit: number, after?: PagePosition): Promise<OrderPage>;
}

const defaultLimit = 50;
const maxLimit = 100;

const forOnePageOnly = z.optional(z.never('goes with a page of orders, not with one vendorid'));

const OneOrder = z.strictObject({ accountid: Id, vendorid: Id, limit: forOnePageOnly, next: forOnePageOnly });
const PageOfOrders = z.strictObject({ accountid: Id, limit: z.optional(count(maxLimit)), next: z.optional(PageToken) });

/**
 * `GET /order?accountid=&vendorid=` -> the latest order there, flat, its `eventId` and `receivedAt` beside its fields;
 * read consistently. `GET /order?accountid=` -> `{orders, next}`, newest first, a page at a time, as many as fit one
 * answer; the index behind it is eventually consistent. The account always comes from the query, never from `next`.
 */
export const queryOrders = (orders: OrderViews) =>
  httpHandler(async (request) => {
    if (request.queryStringParameters?.vendorid !== undefined) {
      const { accountid, vendorid } = readQuery(request, OneOrder);
      const found = await orders.get(accountid, vendorid);
      if (!found) throw new Problem('not-found', `There is no order of ${accountid} at ${vendorid}.`);
      return json(200, flat(found));
    }
    const { accountid, limit = defaultLimit, next } = readQuery(request, PageOfOrders);
    const page = await orders.page(accountid, limit, next);
    const shown = fitting(page.orders.map(flat));
    const end =
      shown.length < page.orders.length ? positionOf(page.orders[shown.length - 1] as PlacedOrder) : page.next;
    return json(200, { orders: shown, next: end && pageToken(end) });
  });

const positionOf = ({ order, eventId, receivedAt }: PlacedOrder): PagePosition => ({
  vendorid: order.vendorid,
  receivedAtEventId: `${receivedAt}#${eventId}`,
});

const flat = ({ order, eventId, receivedAt }: PlacedOrder) => ({ ...order, eventId, receivedAt });
