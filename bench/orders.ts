import { OrderPlaced } from '../domain/order/order-placed.ts';

/** The key of the order number `number`: no two alike, spread over a hundred accounts. */
export const orderKey = (number: number) => ({ accountid: `a${number % 100}`, vendorid: `v${number}` });

/** The order number `number`, as a client sends it. */
export const makeOrder = (number: number) => ({
  ...orderKey(number),
  orderdate: '2026-11-22 10:15:30.123456',
  city: 'Melbourne',
  details: { coffeetype: 'Flat White', coffeesize: 'Large', unitprice: 4.5, quantity: (number % 9) + 1 },
});

/** The event of the order number `number`, as the ingest function would put it on the stream. */
export function makeEvent(number: number): OrderPlaced {
  const { accountid, vendorid } = orderKey(number);
  return OrderPlaced.create({
    id: `01930000-0000-7000-8000-${String(number).padStart(12, '0')}`,
    source: 'urn:event-sourcing:orders',
    subject: `${accountid}/${vendorid}`,
    time: '2026-11-22T10:15:30.123Z',
    data: makeOrder(number),
  });
}

/** The bodies that post the orders from number `first` on, `ordersAPost` in each, in the last what is left. */
export const makePosts = (first: number, orders: number, ordersAPost: number): { orders: number; body: Buffer }[] =>
  Array.from({ length: Math.ceil(orders / ordersAPost) }, (_, post) => {
    const sent = post * ordersAPost;
    const made = Array.from({ length: Math.min(ordersAPost, orders - sent) }, (_, index) =>
      makeOrder(first + sent + index),
    );
    return {
      orders: made.length,
      body: Buffer.from(JSON.stringify(ordersAPost === 1 ? { order: made[0] } : { orders: made })),
    };
  });
