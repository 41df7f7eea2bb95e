import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { median, medians, percentile } from '../../bench/statistics.ts';

const figures = fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 200 });

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);

  it.each([
    [0.5, 50],
    [0.99, 99],
    [1, 100],
    [0, 1],
  ])('%d of 1 to 100 is %d', (share, expected) => expect(percentile(hundred, share)).toBe(expected));

  it('rounds up to a value that was measured', () => {
    expect(percentile([10, 20, 30], 0.5)).toBe(20);
    expect(percentile([10, 20, 30, 40], 0.5)).toBe(20);
    expect(percentile([10, 20], 0.99)).toBe(20);
  });

  it('is a measured value that at least that share does not exceed, and fewer lie below it', () =>
    fc.assert(
      fc.property(figures, fc.double({ min: 0.01, max: 1, noNaN: true }), (values, share) => {
        const found = percentile(values, share);
        expect(values).toContain(found);
        expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(share * values.length - 1e-9);
        expect(values.filter((value) => value < found).length).toBeLessThan(share * values.length);
      }),
    ));

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });

  it('of nothing is no number', () => expect(percentile([], 0.5)).toBeNaN());
});

describe('median', () => {
  it.each([
    [[7], 7],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[100, 9], 54.5],
  ])('of %j is %d', (values, expected) => expect(median(values)).toBe(expected));

  it('of nothing is no number', () => expect(median([])).toBeNaN());
});

describe('medians', () => {
  it('takes each figure by itself, from the rounds that have it', () =>
    expect(medians([{ a: 1, b: 5 }, { a: 3 }, { a: 2, b: 7 }])).toEqual({ a: 2, b: 6 }));

  it('keeps a zero', () => expect(medians([{ a: 0 }])).toEqual({ a: 0 }));
});
