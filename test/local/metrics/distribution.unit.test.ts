import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Distribution } from '../../../local/metrics/distribution.ts';

const distributionOf = (values: readonly number[]) => {
  const distribution = new Distribution();
  for (const value of values) distribution.add(value);
  return distribution;
};

it('a quantile is one that the values have, within 2 %', () => {
  const values = fc.array(fc.double({ min: 1, max: 1e9, noNaN: true }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.9, 0.99, 1), (given, q) => {
      const sorted = given.toSorted((a, b) => a - b);
      const exact = sorted[Math.ceil(q * given.length) - 1] as number;
      const told = distributionOf(given).quantile(q);
      expect(told).toBeGreaterThanOrEqual(exact * 0.999_999);
      expect(told).toBeLessThanOrEqual(exact * 1.020_001);
    }),
  );
});

it('an empty one says so, and values below 1 are told as at most 1', () => {
  expect(distributionOf([]).summary()).toEqual({ count: 0, p50: 0, p90: 0, p99: 0, max: 0, buckets: [] });
  expect(distributionOf([0, 0.25]).summary()).toMatchObject({ count: 2, p50: 0.25, max: 0.25, buckets: [[1, 2]] });
});
