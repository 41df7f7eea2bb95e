import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { applyLoad } from '../../bench/load.ts';

describe('applyLoad', () => {
  it('makes each call once, never more than so many at a time, and as many as that where there is work', async () => {
    const called: number[] = [];
    let underWay = 0;
    let most = 0;
    const load = await applyLoad(50, 8, async (index) => {
      called.push(index);
      most = Math.max(most, ++underWay);
      await nextTurn();
      underWay--;
    });
    expect(called).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(most).toBe(8);
    expect(load.latenciesMs).toHaveLength(50);
    expect(load.latenciesMs.every((latency) => latency > 0)).toBe(true);
    expect(load.seconds * 1_000).toBeGreaterThanOrEqual(Math.max(...load.latenciesMs));
  });

  it('fails with the first call that fails', () =>
    expect(
      applyLoad(10, 2, async (index) => {
        if (index === 3) throw new Error('refused');
      }),
    ).rejects.toThrow('refused'));
});
