import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { frontier, knee, type Point } from '../../compare/knee.ts';

/** In hundredths: where numbers differ by a rounding error alone, so does what is told of their curve. */
const positive = fc.integer({ min: 1, max: 100_000_000 }).map((hundredths) => hundredths / 100);
const points = fc.array(fc.record({ lag: positive, cost: positive }), { minLength: 1, maxLength: 60 });
const beats = (one: Point, other: Point) =>
  one.lag <= other.lag && one.cost <= other.cost && (one.lag < other.lag || one.cost < other.cost);

describe('the frontier', () => {
  it('holds every point that none beats, once, from the quickest to the cheapest', () => {
    fc.assert(
      fc.property(points, (given) => {
        const curve = frontier(given);
        for (const point of curve) expect(given.some((other) => beats(other, point))).toBe(false);
        for (const point of given) {
          const isThere = curve.some(({ lag, cost }) => lag === point.lag && cost === point.cost);
          expect(isThere || given.some((other) => beats(other, point))).toBe(true);
        }
        for (const [index, point] of curve.slice(1).entries()) {
          expect(point.lag).toBeGreaterThan(curve[index]?.lag ?? 0);
          expect(point.cost).toBeLessThan(curve[index]?.cost ?? 0);
        }
      }),
    );
  });
});

describe('the knee', () => {
  it('is where a steep fall turns into a flat one', () => {
    const curve = [
      { lag: 1, cost: 100 },
      { lag: 2, cost: 12 },
      { lag: 10, cost: 9 },
      { lag: 30, cost: 8 },
    ];
    expect(knee(curve)).toBe(curve[1]);
  });

  it('is one of the curve, whatever the units', () => {
    fc.assert(
      fc.property(points, positive, positive, (given, faster, dearer) => {
        const curve = frontier(given);
        const scaled = curve.map(({ lag, cost }) => ({ lag: lag * faster, cost: cost * dearer }));
        const found = knee(curve);
        if (curve.length < 3) return;
        expect(curve).toContain(found);
        const place = curve.indexOf(found as Point);
        const other = scaled.indexOf(knee(scaled) as Point);
        const below = ({ lag, cost }: Point) => {
          const [first, last] = [curve[0], curve.at(-1)] as [Point, Point];
          return (
            -Math.log(lag / first.lag) / Math.log(last.lag / first.lag) -
            Math.log(cost / last.cost) / Math.log(first.cost / last.cost)
          );
        };
        expect(below(curve[other] as Point)).toBeCloseTo(below(curve[place] as Point), 5);
      }),
    );
  });

  it('is missing where the curve has fewer than three points', () => {
    expect(knee([])).toBeUndefined();
    expect(
      knee([
        { lag: 1, cost: 2 },
        { lag: 2, cost: 1 },
      ]),
    ).toBeUndefined();
  });
});
