import { describe, expect, it } from '@jest/globals';
import { billedMsOf } from '../../cost/function-usage.ts';
import { linesByCode, lineThrough } from '../../cost/line-through.ts';

const counted = { invocationCpuMs: 2, recordCpuMs: 0.5, logBytes: 0, callsPerRecord: { 'dynamodb:UpdateItem': 1 } };

describe('the billed milliseconds of an invocation', () => {
  it('are its CPU time and one answer where it has a whole core', () =>
    expect(billedMsOf(counted, 1_769, 10)).toBe(12));

  it('grow as its share of a core gets smaller', () => expect(billedMsOf(counted, 1_769 / 4, 10)).toBe(33));

  it('do not shrink with more than a core', () =>
    expect(billedMsOf(counted, 10_240, 10)).toBe(billedMsOf(counted, 1_769, 10)));

  it('are those of waiting where that takes longer: 64 answers at a time', () =>
    expect(billedMsOf({ ...counted, recordCpuMs: 0 }, 1_769, 1_280)).toBe(100));

  it('are whole', () => expect(billedMsOf({ ...counted, callsPerRecord: {} }, 1_769, 0.1)).toBe(3));
});

describe('the line through measured points', () => {
  const points = [1, 10, 100, 500].map((size) => ({ size, value: 3 + 0.25 * size }));

  it('has their start and slope', () => {
    const { start, slope } = lineThrough(points);
    expect(start).toBeCloseTo(3, 10);
    expect(slope).toBeCloseTo(0.25, 10);
  });

  it('is not moved by a few slow ones', () => {
    const many = [...points, ...points, ...points, { size: 10, value: 900 }, { size: 100, value: 2_000 }];
    expect(lineThrough(many).slope).toBeCloseTo(0.25, 10);
  });

  it('starts at zero where it would start below, and is as steep as its points are from there', () =>
    expect(lineThrough([1, 2, 4].map((size) => ({ size, value: 3 * size - 1 })))).toEqual({ start: 0, slope: 2.5 }));

  it('is one through the points of all functions of the same code', () => {
    const of = (...sizes: number[]) => sizes.map((size) => ({ size, value: 2 + 0.5 * size }));
    const lines = linesByCode([
      { name: 'put-item-1', code: 'put', points: of(100, 100) },
      { name: 'put-item-2', code: 'put', points: of(10, 10) },
      { name: 'other', code: 'other', points: of(10) },
    ]);
    expect(lines.get('put-item-1')).toEqual({ start: 2, slope: 0.5 });
    expect(lines.get('put-item-2')).toEqual({ start: 2, slope: 0.5 });
    expect(lines.get('other')).toEqual({ start: 0, slope: 0.7 });
  });

  it('starts at zero where all are of one size, and is nothing where there are none', () => {
    expect(
      lineThrough([
        { size: 10, value: 40 },
        { size: 10, value: 50 },
      ]),
    ).toEqual({ start: 0, slope: 4.5 });
    expect(lineThrough([])).toEqual({ start: 0, slope: 0 });
  });
});
