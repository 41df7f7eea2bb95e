import { expect, it } from '@jest/globals';
import { Precedence } from '../../../local/lambda/precedence.ts';
import { probeFunction } from './probe-function.ts';

/** Takes as long as it is told; answers when it was done. */
const slow =
  'exports.handler = async (ms) => { await new Promise((resolve) => setTimeout(resolve, ms)); return Date.now(); };';
const request = { source: 'api' };

it('lets a batch begin at once where no request waits for an environment', async () => {
  const precedence = new Precedence(60_000);
  const probe = probeFunction(slow, { precedence });
  await probe.call(0, request);
  const running = probe.call(50, request);

  await precedence.turnOfBatch();
  expect(Date.now()).toBeLessThan((await running) as number);
});

it('holds batches until no request of any function waits', async () => {
  const precedence = new Precedence(60_000);
  const probes = [1, 2].map(() => probeFunction(slow, { precedence }));
  const requests = probes.flatMap((probe) => [probe.call(50, request), probe.call(0, request)]);
  const batches = [1, 2].map(() => precedence.turnOfBatch().then(() => Date.now()));

  const [first, , other] = (await Promise.all(requests)) as number[];
  const begunAt = await Promise.all(batches);
  // The one environment of a function is free for the second request when the first is done.
  expect(Math.min(...begunAt)).toBeGreaterThanOrEqual(Math.max(first ?? 0, other ?? 0));
});

it('holds a batch while a request waits that a busy environment was handed', async () => {
  const precedence = new Precedence(60_000);
  const probe = probeFunction(slow, { precedence });
  await probe.call(0, request);
  const running = probe.call(200, request);
  await new Promise((resolve) => setTimeout(resolve, 50)); // by then it has begun, and the next is handed over
  const waiting = probe.call(0, request);

  await precedence.turnOfBatch();
  expect(Date.now()).toBeGreaterThanOrEqual((await running) as number);
  await waiting;
});

it('holds a batch no longer than it may', async () => {
  const precedence = new Precedence(20);
  const probe = probeFunction(slow, { precedence });
  let answered = false;
  const requests = Promise.all([probe.call(1_000, request), probe.call(0, request)]).then(() => {
    answered = true;
  });

  await precedence.turnOfBatch();
  expect(answered).toBe(false);
  await requests;
});

it('does not wait for requests that found no environment because the function can’t start', async () => {
  const precedence = new Precedence(60_000);
  const probe = probeFunction('process.exit(1);', { precedence });

  await Promise.all([probe.fail(0, request), probe.fail(0, request)]);
  await precedence.turnOfBatch();
});

it('begins held batches one after the other while requests wait, each when the one before has ended', async () => {
  const precedence = new Precedence(20);
  const begun: number[] = [];
  const begin = async (batch: number) => {
    const ended = await precedence.turnOfBatch();
    begun.push(batch);
    return ended;
  };
  precedence.requestWaits();
  const [first, second] = [begin(1), begin(2)];

  const end = await first;
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toEqual([1]);
  end();
  (await second)();
  expect(begun).toEqual([1, 2]);
});

it('lets a batch that never ends hold the next one no longer than requests may', async () => {
  const precedence = new Precedence(20);
  precedence.requestWaits();

  await Promise.all([precedence.turnOfBatch(), precedence.turnOfBatch(), precedence.turnOfBatch()]);
});
