import { describe, expect, it } from '@jest/globals';
import { TooManyRequests } from '../../../local/lambda/local-function.ts';
import { eventually } from '../../support/eventually.ts';
import { probeFunction, slow } from './probe-function.ts';

describe('the environments of a function', () => {
  it('run one invocation each at a time, and further ones wait in order', async () => {
    const probe = probeFunction(`let busy = 0; let n = 0;
      exports.handler = async (event) => {
        if (++busy > 1) throw new Error('two at once');
        await new Promise((r) => setTimeout(r, 2));
        busy--;
        return [event, ++n];
      };`);

    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => probe.call(index)));

    expect(answers).toEqual(Array.from({ length: 50 }, (_, index) => [index, index + 1]));
  });

  it('are as many as there is work for, and no more than allowed', async () => {
    const probe = probeFunction(slow, { environments: 2 });
    const threads = new Set<number>();

    await eventually(async () => {
      for (const answer of await Promise.all(Array.from({ length: 20 }, () => probe.call(5)))) {
        threads.add((answer as [number, number])[0]);
      }
      expect(threads.size).toBeGreaterThan(1);
    });
    await Promise.all(Array.from({ length: 20 }, () => probe.call(1)));

    expect(threads.size).toBe(2);
  });

  it('start on demand: one caller at a time needs one', async () => {
    const probe = probeFunction(slow, { environments: 4 });

    const threads = new Set<unknown>();
    for (let calls = 0; calls < 5; calls++) threads.add(((await probe.call(1)) as [number])[0]);

    expect(threads.size).toBe(1);
  });

  it('start at once for the first call, and again only for one that has waited', async () => {
    const probe = probeFunction(slow, { environments: 2 });
    const quick = (await Promise.all([probe.call(0), probe.call(0), probe.call(0)])) as [number, number][];
    const long = (await Promise.all([probe.call(1_500), probe.call(0)])) as [number, number][];

    expect(quick.map(([, n]) => n)).toEqual([1, 2, 3]);
    expect(long.map(([, n]) => n)).toEqual([4, 1]);
  });

  it('are no more for calls that have patience, until it is over', async () => {
    const probe = probeFunction(slow, { environments: 2 });
    const batch = { patienceMs: 500 };
    const quick = (await Promise.all([probe.call(150, batch), probe.call(0, batch)])) as [number, number][];
    const long = (await Promise.all([probe.call(3_000, batch), probe.call(0, batch)])) as [number, number][];

    expect(quick.map(([, n]) => n)).toEqual([1, 2]);
    expect(long.map(([, n]) => n)).toEqual([3, 1]);
  });

  it('are no later for a call that would not wait, behind one that has patience', async () => {
    const probe = probeFunction(slow, { environments: 2 });
    await probe.call(0);
    const busy = probe.call(2_500);
    const patient = probe.call(0, { patienceMs: 60_000 }) as Promise<[number, number]>;
    const call = probe.call(0) as Promise<[number, number]>;

    expect((await patient)[1]).toBe(1);
    expect((await call)[1]).toBe(2);
    expect(await busy).toEqual([expect.any(Number), 2]);
  });

  it('are no later for a call that would not wait, once one that had patience runs', async () => {
    const probe = probeFunction(slow, { environments: 2 });
    await probe.call(0);
    const busy = probe.call(100);
    const patient = probe.call(2_500, { patienceMs: 60_000 }) as Promise<[number, number]>;
    await busy;
    const call = probe.call(0) as Promise<[number, number]>;

    expect((await call)[1]).toBe(1);
    expect((await patient)[1]).toBe(3);
  });

  it('are stopped once they have been idle', async () => {
    const probe = probeFunction(slow, { idleMs: 50 });
    const [first] = (await probe.call(0)) as [number];

    await eventually(async () => {
      await new Promise((resolve) => setTimeout(resolve, 120));
      expect(((await probe.call(0)) as [number, number])[0]).not.toBe(first);
    });
  });

  it('are not stopped while they have work', async () => {
    const probe = probeFunction(slow, { idleMs: 50 });

    await probe.call(0);
    for (let calls = 2; calls < 12; calls++) expect(((await probe.call(20)) as [number, number])[1]).toBe(calls);
  });
});

describe('reserved concurrency', () => {
  it('of 0 refuses every invocation', async () => {
    const probe = probeFunction(slow, { reservedConcurrency: 0 });

    await expect(probe.invoke('1')).rejects.toThrow(TooManyRequests);
    await expect(probe.invoke('1')).rejects.toMatchObject({
      name: 'TooManyRequestsException',
      message: 'Rate Exceeded.',
      reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
    });
  });

  it('refuses what comes above it, and takes more as soon as one is done', async () => {
    const probe = probeFunction(slow, { reservedConcurrency: 2, environments: 5 });
    const two = [probe.call(50), probe.call(50)];

    await expect(probe.invoke('1')).rejects.toThrow(TooManyRequests);
    await Promise.race(two);
    await expect(probe.call(1)).resolves.toBeDefined();
    await Promise.all(two);
  });

  it('above the number of environments lets the difference wait', async () => {
    const probe = probeFunction(slow, { reservedConcurrency: 3, environments: 1 });
    const three = [probe.call(5), probe.call(5), probe.call(5)];

    await expect(probe.invoke('1')).rejects.toThrow(TooManyRequests);
    expect(((await Promise.all(three)) as [number, number][]).map(([, n]) => n)).toEqual([1, 2, 3]);
  });
});

describe('closing a function', () => {
  it('lets what runs and what waits finish, and refuses what comes later', async () => {
    const probe = probeFunction(slow);
    const calls = [probe.call(30), probe.call(1), probe.call(1)];

    const closing = probe.close();

    await expect(probe.invoke('1')).rejects.toThrow(`${probe.functionName} is closed.`);
    await closing;
    expect(((await Promise.all(calls)) as [number, number][]).map(([, n]) => n)).toEqual([1, 2, 3]);
  });

  it('costs nothing where nothing was invoked', async () => {
    const probe = probeFunction('exports.handler = 1;');

    await probe.close();
  });
});

describe('a crash', () => {
  it('fails the invocations that run; those that wait run in new environments', async () => {
    const probe = probeFunction(slow, { environments: 1 });
    await probe.call(0);
    const running = probe.fail(5_000);
    const waiting = [probe.call(1), probe.call(1)];

    await probe.crash();

    expect((await running).errorType).toBe('Runtime.ExitError');
    expect(((await Promise.all(waiting)) as [number, number][]).map(([, n]) => n)).toEqual([1, 2]);
  });
});
