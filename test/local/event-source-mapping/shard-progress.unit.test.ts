import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ShardProgress } from '../../../local/event-source-mapping/shard-progress.ts';

describe('the progress of a shard', () => {
  it('is nowhere before anything is finished', () => {
    const progress = new ShardProgress();
    progress.begin('1');

    expect(progress.position).toBeUndefined();
  });

  it('stays before the lowest unfinished record', () => {
    const progress = new ShardProgress('0');
    for (const sequenceNumber of ['1', '2', '3']) progress.begin(sequenceNumber);
    progress.finish('1');
    progress.finish('3');

    expect(progress.position).toBe('1');
  });

  it('moves past what no filter matches', () => {
    const progress = new ShardProgress();
    progress.skip('1');
    progress.begin('2');
    progress.skip('3');
    expect(progress.position).toBe('1');
    progress.finish('2');

    expect(progress.position).toBe('3');
  });

  it('stays where it is while a window is open', () => {
    const progress = new ShardProgress('0');
    progress.begin('1');
    progress.hold();
    progress.finish('1');
    expect(progress.position).toBe('0');
    progress.release();

    expect(progress.position).toBe('1');
  });

  it('never passes an unfinished record, and ends at the last one', () => {
    const step = fc.record({ skipped: fc.boolean(), rank: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
        const progress = new ShardProgress();
        const records = steps.map(({ skipped, rank }, index) => ({ number: index + 1, skipped, rank }));
        for (const { number, skipped } of records) skipped ? progress.skip(`${number}`) : progress.begin(`${number}`);
        const unfinished = new Set(records.filter(({ skipped }) => !skipped).map(({ number }) => number));
        for (const { number } of records.filter(({ skipped }) => !skipped).sort((a, b) => a.rank - b.rank)) {
          progress.finish(`${number}`);
          unfinished.delete(number);
          expect(Number(progress.position ?? 0)).toBe(Math.min(...unfinished, records.length + 1) - 1 || 0);
        }
        expect(progress.position).toBe(`${records.length}`);
      }),
    );
  });
});
