import { setTimeout as realSleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { VirtualClock } from '../../local/virtual-clock.ts';

const start = Date.UTC(2026, 10, 22, 10, 15);

describe('a virtual clock', () => {
  it('lets an hour pass in no time', async () => {
    const clock = new VirtualClock(start);
    const began = performance.now();
    await clock.run(() => clock.sleep(3_600_000));
    expect(clock.now()).toBe(start + 3_600_000);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('wakes in the order in which sleepers are due, those of one moment in the order in which they went to sleep', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(50), { minLength: 1, maxLength: 30 }), async (sleeps) => {
        const clock = new VirtualClock(start);
        const woken: [number, number][] = [];
        await clock.run(async () => {
          await Promise.all(
            sleeps.map((ms, index) => clock.sleep(ms).then(() => woken.push([clock.now() - start, index]))),
          );
        });
        const expected = sleeps
          .map((ms, index): [number, number] => [ms, index])
          .sort(([a, i], [b, j]) => a - b || i - j);
        expect(woken).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it('stands still while work is under way, whatever real time that takes', async () => {
    const clock = new VirtualClock(start);
    const times: number[] = [];
    await clock.run(async () => {
      const other = clock.sleep(10).then(() => times.push(clock.now() - start));
      await clock.during(realSleep(30).then(() => times.push(clock.now() - start)));
      await other;
    });
    expect(times).toEqual([0, 10]);
  });

  it('lets what follows from one sleeper happen before it wakes the next', async () => {
    const clock = new VirtualClock(start);
    const order: string[] = [];
    await clock.run(async () => {
      const first = clock.sleep(5).then(async () => {
        await clock.during(realSleep(10));
        order.push('first and its work');
      });
      const second = clock.sleep(5).then(() => order.push('second'));
      await Promise.all([first, second]);
    });
    expect(order).toEqual(['first and its work', 'second']);
  });

  it('passes only while somebody lets it', async () => {
    const clock = new VirtualClock(start);
    let rounds = 0;
    const circle = async () => {
      for (; rounds < 1_000; rounds++) await clock.sleep(1_000);
    };
    void circle();
    await clock.run(() => clock.sleep(10_500));
    const stoodAt = clock.now();
    await realSleep(20);
    expect([clock.now(), rounds]).toEqual([stoodAt, 10]);
  });

  it('ends a sleep that is aborted at once, and forgets it', async () => {
    const clock = new VirtualClock(start);
    const abort = new AbortController();
    const slept = clock.sleep(1_000, abort.signal);
    abort.abort();
    await slept;
    await clock.sleep(1_000, abort.signal);
    await clock.run(() => clock.sleep(5_000));
    expect(clock.now()).toBe(start + 5_000);
  });

  it('tells other threads the time', async () => {
    const clock = new VirtualClock(start);
    await clock.run(() => clock.sleep(1_500));
    expect(new Float64Array(clock.shared)[0]).toBe(start + 1_500);
  });
});
