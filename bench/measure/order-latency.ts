import { makeOrder } from '../orders.ts';
import type { Runtime } from '../runtime.ts';
import type { Stores } from '../stores.ts';

/** Milliseconds from the start of a post until both stores have the order, for `orders` orders one after the other. */
export async function measureOrderLatency(
  { apiUrl, apiKey }: Runtime,
  stores: Stores,
  first: number,
  orders: number,
): Promise<number[]> {
  const latenciesMs: number[] = [];
  for (let number = first; number < first + orders; number++) {
    const order = makeOrder(number);
    const start = performance.now();
    const eventId = await postOrder(apiUrl, apiKey, order);
    await stores.bothHave(order.accountid, order.vendorid, eventId);
    latenciesMs.push(performance.now() - start);
  }
  return latenciesMs;
}

/** Posts one order and answers its event's id. */
export async function postOrder(apiUrl: string, apiKey: string, order: ReturnType<typeof makeOrder>): Promise<string> {
  const response = await fetch(new URL('order', apiUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': apiKey },
    body: JSON.stringify({ order }),
  });
  if (response.status !== 202) throw new Error(`POST /order: ${response.status} ${await response.text()}`);
  const { accepted } = (await response.json()) as { accepted: [{ eventId: string }] };
  return accepted[0].eventId;
}
