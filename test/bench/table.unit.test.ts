import { describe, expect, it } from '@jest/globals';
import { formatNumber, formatTable, isMet, type Row, ratio } from '../../bench/table.ts';

const row = (changes: Partial<Row>): Row => ({ name: 'accepted', unit: 'orders/s', value: 100, ...changes });

describe('a target', () => {
  it.each<[string, Partial<Row>, boolean | undefined]>([
    ['at most: met at the bound', { target: { atMost: 100 } }, true],
    ['at most: missed above it', { target: { atMost: 99.9 } }, false],
    ['at least: met at the bound', { target: { atLeast: 100 } }, true],
    ['at least: missed below it', { target: { atLeast: 100.1 } }, false],
    ['share of the floor: met at the bound', { floor: 250, target: { atLeastOfFloor: 0.4 } }, true],
    ['share of the floor: missed below it', { floor: 251, target: { atLeastOfFloor: 0.4 } }, false],
    ['share of a floor that was not measured: undecided', { target: { atLeastOfFloor: 0.4 } }, undefined],
    ['none: undecided', { floor: 250 }, undefined],
    ['missed by what is no number', { value: Number.NaN, target: { atMost: 1 } }, false],
  ])('%s', (_, changes, expected) => expect(isMet(row(changes))).toBe(expected));
});

describe('ratio', () => {
  it('is the share of the floor', () => expect(ratio(row({ floor: 400 }))).toBe(0.25));
  it('is unknown without a floor', () => expect(ratio(row({}))).toBeUndefined());
  it('is unknown above a floor of zero', () => expect(ratio(row({ floor: 0 }))).toBeUndefined());
});

describe('formatNumber', () => {
  it.each([
    [2_345.6, '2,346'],
    [100, '100'],
    [12.345, '12.3'],
    [1.234, '1.23'],
    [0, '0.00'],
    [-3.456, '-3.46'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));
});

describe('formatTable', () => {
  it('sets names left and numbers right, with the ratio, the target and whether it is met', () =>
    expect(
      formatTable([
        row({ value: 2_000, floor: 4_000, target: { atLeastOfFloor: 0.4 } }),
        row({ name: 'one order, p50', unit: 'ms', value: 9.5, floor: 2, target: { atMost: 8 } }),
        row({ name: 'growth', unit: 'MB', value: 12 }),
      ]).split('\n'),
    ).toEqual([
      '                measured  unit      floor  of floor  target',
      '──────────────  ────────  ────────  ─────  ────────  ───────────────  ──────',
      'accepted           2,000  orders/s  4,000    50.0 %  ≥ 40 % of floor  met',
      'one order, p50      9.50  ms         2.00     475 %  ≤ 8 ms           MISSED',
      'growth              12.0  MB',
    ]));
});
