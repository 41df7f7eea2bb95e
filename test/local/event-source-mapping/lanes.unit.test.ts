import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { laneOf } from '../../../local/event-source-mapping/lanes.ts';

describe('the lane of a partition key', () => {
  it('is the same each time, and one of those there are', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10 }), (key, lanes) => {
        expect(laneOf(key, lanes)).toBe(laneOf(key, lanes));
        expect(laneOf(key, lanes)).toBeGreaterThanOrEqual(0);
        expect(laneOf(key, lanes)).toBeLessThan(lanes);
      }),
    );
  });

  it.each([2, 4, 10])('spreads keys that differ in their last characters over %i lanes', (lanes) => {
    const counts = Array<number>(lanes).fill(0);
    for (let key = 0; key < 1_000; key++) {
      const lane = laneOf(`a0/v${key}`, lanes);
      counts[lane] = (counts[lane] ?? 0) + 1;
    }

    for (const count of counts) expect(count).toBeGreaterThan(600 / lanes);
  });
});
