import { describe, expect, it } from '@jest/globals';
import { accountsOf, drawOrders } from '../../compare/draw-orders.ts';
import { Order } from '../../domain/order/order.ts';

describe('drawn orders', () => {
  it('are what the service takes, each with a place of its own', () => {
    const orders = drawOrders(500, 7, 'c1');
    for (const order of orders) expect(Order.safeParse(order).success).toBe(true);
    expect(new Set(orders.map(({ accountid, vendorid }) => `${accountid}/${vendorid}`)).size).toBe(500);
    expect(new Set(orders.map(({ accountid }) => accountid))).toEqual(new Set(accountsOf('c1')));
  });

  it('are the same for the same seed, and others for another', () => {
    expect(drawOrders(50, 1, 'c1')).toEqual(drawOrders(50, 1, 'c1'));
    expect(drawOrders(50, 2, 'c1')).not.toEqual(drawOrders(50, 1, 'c1'));
  });

  it('draw every city, coffee and size about equally often', () => {
    const orders = drawOrders(4_000, 3, 'c1');
    const shares = (of: (order: (typeof orders)[number]) => string) =>
      [...Map.groupBy(orders, of).values()].map(({ length }) => length);
    for (const counts of [
      shares(({ city }) => city),
      shares(({ details }) => details.coffeetype),
      shares(({ details }) => details.coffeesize),
    ]) {
      expect(Math.max(...counts)).toBeLessThan(1.3 * Math.min(...counts));
    }
  });
});
