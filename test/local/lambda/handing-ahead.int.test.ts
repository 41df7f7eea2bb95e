import { expect, it } from '@jest/globals';
import { probeFunction, slow } from './probe-function.ts';

const twoEnvironments = async () => {
  const probe = probeFunction(slow, { environments: 2 });
  await Promise.all([probe.call(1_000), probe.call(0, { patienceMs: 0 })]);
  return probe;
};

it('begins a call where an environment is free first, though a busy one was handed it', async () => {
  const probe = await twoEnvironments();
  const order: string[] = [];
  const long = probe.call(1_500).then(() => order.push('long'));
  const short = [50, 0, 0, 0].map((ms) => probe.call(ms).then(() => order.push('short')));

  await Promise.all([long, ...short]);

  expect(order).toEqual(['short', 'short', 'short', 'short', 'long']);
});

it('gives a call its whole time, though it was handed over while another one ran', async () => {
  const probe = probeFunction(
    `exports.handler = async (ms, context) => {
      const left = context.getRemainingTimeInMillis();
      await new Promise((r) => setTimeout(r, ms));
      return left;
    };`,
    { timeoutMs: 2_000 },
  );
  await probe.call(0);

  const [first, second] = await Promise.all([probe.call(1_100), probe.call(1_100)]);

  expect(first).toBeGreaterThan(1_500);
  expect(second).toBeGreaterThan(1_500);
});

it('runs a call anew whose environment ends before it begins', async () => {
  const probe = probeFunction(
    `let n = 0; exports.handler = async (exit) => { if (exit) process.exit(1); return ++n; };`,
  );
  await probe.call(false);
  const failing = probe.fail(true);
  const others = [probe.call(false), probe.call(false)];

  expect(await failing).toMatchObject({ errorType: 'Runtime.ExitError' });
  expect(await Promise.all(others)).toEqual([1, 2]);
});

it('counts no answer as late that only this thread was late to hear', async () => {
  const probe = probeFunction(slow, { timeoutMs: 1_000 });
  await probe.call(0);

  const answered = [probe.call(1), probe.call(1)];
  for (const until = performance.now() + 1_500; performance.now() < until; );

  expect((await Promise.all(answered)).map((answer) => (answer as [number, number])[1])).toEqual([2, 3]);
});

it('measures each call by itself, however late it is heard', async () => {
  const probe = probeFunction(slow);
  await probe.call(0);

  const answered = [20, 60].map((ms) => probe.call(ms));
  for (const until = performance.now() + 1_000; performance.now() < until; );
  await Promise.all(answered);

  const log = await probe.closeAndReadLog();
  const [, first = 0, second = 0] = [...log.matchAll(/\tDuration: ([\d.]+) ms/g)].map(([, ms]) => Number(ms));
  expect(first).toBeGreaterThan(15);
  expect(second).toBeGreaterThan(55);
  expect(first + second).toBeLessThan(900);
});

it('runs every call once, and only those again that had not begun, while environments end at random', async () => {
  const probe = probeFunction(
    `exports.handler = async ({ call, ms }) => {
      console.log('began ' + call + ';');
      if (ms > 0) await new Promise((r) => setTimeout(r, ms));
      return call;
    };`,
    { environments: 3 },
  );
  const calls = 3_000;
  let answered = 0;
  let crashes = 0;
  const failed = new Set<number>();
  const call = async (number: number) => {
    const { payload, functionError } = await probe.invoke(JSON.stringify({ call: number, ms: number % 4 }));
    answered++;
    if (functionError) failed.add(number);
    else expect(payload).toBe(String(number));
  };

  let next = 0;
  const caller = async () => {
    while (next < calls) {
      await call(next++);
      if (answered % 500 !== 0) continue;
      crashes++;
      await probe.crash();
    }
  };
  await Promise.all(Array.from({ length: 16 }, caller));

  const log = await probe.closeAndReadLog();
  const begun = [...log.matchAll(/began (\d+);/g)].map(([, number]) => Number(number));
  const unanswered = Array.from({ length: calls }, (_, number) => number).filter((number) => !begun.includes(number));
  expect(new Set(begun).size).toBe(begun.length);
  expect(unanswered.filter((number) => !failed.has(number))).toEqual([]);
  expect(failed.size).toBeGreaterThan(0);
  expect(failed.size).toBeLessThanOrEqual(crashes * 6); // each of three environments runs one call and holds the next
}, 60_000);
