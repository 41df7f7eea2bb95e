import { expect, it } from '@jest/globals';
import { makePosts, orderKey } from '../../bench/orders.ts';

it('posts every order that was asked for, in the last post what is left', () => {
  const posts = makePosts(10, 1_200, 500);
  const sent = posts.flatMap(({ body }) => JSON.parse(body.toString()).orders.map(orderOf));

  expect(posts.map(({ orders }) => orders)).toEqual([500, 500, 200]);
  expect(sent).toEqual(Array.from({ length: 1_200 }, (_, index) => orderKey(10 + index)));
});

it('posts a single order as one, and fewer than a post holds in one post', () => {
  expect(makePosts(0, 2, 1).map(({ body }) => Object.keys(JSON.parse(body.toString())))).toEqual([
    ['order'],
    ['order'],
  ]);
  expect(makePosts(0, 200, 500).map(({ orders }) => orders)).toEqual([200]);
});

const orderOf = ({ accountid, vendorid }: { accountid: string; vendorid: string }) => ({ accountid, vendorid });
