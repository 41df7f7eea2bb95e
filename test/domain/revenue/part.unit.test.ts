import { describe, expect, it } from '@jest/globals';
import { type Part, standing } from '../../../domain/revenue/part.ts';

const part = (first: number, last: number, changes: Partial<Part> = {}): Part => ({
  window: '2026-11-22T10:15:00Z',
  shard: 's0',
  first: String(first).padStart(3, '0'),
  last: String(last).padStart(3, '0'),
  ...changes,
});

describe('the parts of a window', () => {
  it('all stand where none reaches into another', () => {
    const parts = [part(0, 97), part(98, 98), part(99, 120)];
    expect(standing(parts)).toEqual(parts);
  });

  it('but for what is left over from a delivery that cut them elsewhere', () => {
    const leftOver = [part(0, 97), part(91, 99)];
    const standingStill = [part(91, 93), part(94, 120)];
    expect(standing([...leftOver.slice(0, 1), ...standingStill])).toEqual(standingStill);
    expect(standing([...leftOver, part(94, 120)])).toEqual([part(94, 120)]);
  });

  it('have nothing to do with those of another shard or window', () => {
    const parts = [part(0, 97), part(50, 60, { shard: 's1' }), part(50, 60, { window: '2026-11-22T10:16:00Z' })];
    expect(standing(parts)).toEqual(parts);
  });
});
