import { amountOf } from '../../domain/money.ts';

/** An event on its way to the bus. */
export interface StoreEvent {
  readonly detailType: 'sales-events' | 'inventory-events';
  readonly detail: Readonly<Record<string, unknown>>;
  readonly time: Date;
  /** What the sale adds to the total: cents; 0 for any other event. */
  readonly cents: number;
}

/** Where time, ids and chance come from. */
export interface Origin {
  now(): Date;
  newId(): string;
  /** From 0 to below 1. */
  random(): number;
  sleep(ms: number): Promise<unknown>;
}

const stores = ['store_1', 'store_2', 'store_3', 'store_4', 'store_5'];
const goods = [
  { name: 'Espresso', category: 'Coffee' },
  { name: 'Flat White', category: 'Coffee' },
  { name: 'Chai Latte', category: 'Tea' },
  { name: 'Croissant', category: 'Bakery' },
  { name: 'Banana Bread', category: 'Bakery' },
];
const dearestCents = 10_000;
const shareOfReturns = 0.1;
const salesPerInventoryEvent = 10;

/** So many sales, spread over the minutes before now; every tenth is followed by an inventory event of its store. */
export function* storeEvents(sales: number, lateMinutes: number, origin: Origin): Generator<StoreEvent> {
  const oneOf = <T>(all: readonly T[]) => all[Math.floor(origin.random() * all.length)] as T;
  for (let count = 1; count <= sales; count++) {
    const store_id = oneOf(stores);
    const cents = 1 + Math.floor(origin.random() * dearestCents);
    const time = new Date(origin.now().getTime() - origin.random() * lateMinutes * 60_000);
    const sold = () => ({ request_id: origin.newId(), ...oneOf(goods), store_id });
    yield {
      detailType: 'sales-events',
      detail: { ...sold(), sales: amountOf(cents), is_return: origin.random() < shareOfReturns },
      time,
      cents,
    };
    if (count % salesPerInventoryEvent > 0) continue;
    yield {
      detailType: 'inventory-events',
      detail: { ...sold(), quantity: 1 + Math.floor(origin.random() * 20), is_return: origin.random() < 0.5 },
      time,
      cents: 0,
    };
  }
}
