import type { OrderEvent, OrderHistories } from '../query-history/query-history.ts';
import type { OrderPage, OrderViews, PagePosition, PlacedOrder } from '../query-orders/query-orders.ts';
import type { LiveStore } from './live-slots.ts';

/** The orders of whichever slot is live. */
export class LiveOrders implements OrderViews, OrderHistories {
  readonly #orders: LiveStore<OrderViews & OrderHistories>;

  constructor(orders: LiveStore<OrderViews & OrderHistories>) {
    this.#orders = orders;
  }

  get(accountid: string, vendorid: string): Promise<PlacedOrder | undefined> {
    return this.#orders.read((orders) => orders.get(accountid, vendorid));
  }

  page(accountid: string, limit: number, after?: PagePosition): Promise<OrderPage> {
    return this.#orders.read((orders) => orders.page(accountid, limit, after));
  }

  history(accountid: string, vendorid: string): Promise<readonly OrderEvent[] | undefined> {
    return this.#orders.read((orders) => orders.history(accountid, vendorid));
  }
}
