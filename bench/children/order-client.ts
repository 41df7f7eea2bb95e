import { answerJobs } from '../child.ts';
import { applyLoad, type Load } from '../load.ts';
import { makeOrder } from '../orders.ts';
import { type OrderApi, post } from '../post.ts';

/** Posts the orders from number `first` on, `ordersAPost` in each call. */
export interface PostJob extends OrderApi {
  readonly first: number;
  readonly orders: number;
  readonly ordersAPost: number;
  readonly concurrency: number;
}

answerJobs<PostJob, Load>(({ apiUrl, apiKey, first, orders, ordersAPost, concurrency }) => {
  const bodies = Array.from({ length: orders / ordersAPost }, (_, call) => {
    const numbers = Array.from({ length: ordersAPost }, (_, index) => first + call * ordersAPost + index);
    return Buffer.from(
      JSON.stringify(ordersAPost === 1 ? { order: makeOrder(first + call) } : { orders: numbers.map(makeOrder) }),
    );
  });
  return applyLoad(bodies.length, concurrency, async (index) => {
    const { accepted } = await post({ apiUrl, apiKey }, bodies[index] ?? Buffer.alloc(0));
    if (accepted.length !== ordersAPost) throw new Error(`POST /order accepted ${accepted.length} of ${ordersAPost}`);
  });
});
