import { answerJobs } from '../child.ts';
import { applyLoad, type Load } from '../load.ts';
import { makePosts } from '../orders.ts';
import { type OrderApi, post } from '../post.ts';

/** Posts the orders from number `first` on, `ordersAPost` in each call, in the last what is left. */
export interface PostJob extends OrderApi {
  readonly first: number;
  readonly orders: number;
  readonly ordersAPost: number;
  readonly concurrency: number;
}

answerJobs<PostJob, Load>(({ apiUrl, apiKey, first, orders, ordersAPost, concurrency }) => {
  const posts = makePosts(first, orders, ordersAPost);
  return applyLoad(posts.length, concurrency, async (index) => {
    const { orders: sent, body } = posts[index] ?? { orders: 0, body: Buffer.alloc(0) };
    const { accepted } = await post({ apiUrl, apiKey }, body);
    if (accepted.length !== sent) throw new Error(`POST /order accepted ${accepted.length} of ${sent}`);
  });
});
