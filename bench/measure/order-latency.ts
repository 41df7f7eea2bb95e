import { makeOrder } from '../orders.ts';
import { post } from '../post.ts';
import type { Runtime } from '../runtime.ts';
import type { Stores } from '../stores.ts';

/** Milliseconds from the start of a post until both stores have the order, for `orders` orders one after the other. */
export async function measureOrderLatency(
  runtime: Runtime,
  stores: Stores,
  first: number,
  orders: number,
): Promise<number[]> {
  const latenciesMs: number[] = [];
  for (let number = first; number < first + orders; number++) {
    const order = makeOrder(number);
    const body = Buffer.from(JSON.stringify({ order }));
    const start = performance.now();
    const { accepted } = await post(runtime, body);
    await stores.bothHave(order.accountid, order.vendorid, accepted[0]?.eventId ?? '');
    latenciesMs.push(performance.now() - start);
  }
  return latenciesMs;
}
