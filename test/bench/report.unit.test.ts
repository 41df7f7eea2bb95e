import { describe, expect, it } from '@jest/globals';
import { type Measured, report } from '../../bench/report.ts';
import { fullSizes, quickSizes } from '../../bench/sizes.ts';
import { isMet } from '../../bench/table.ts';

const measured = (changes: Partial<Measured> = {}): Measured => ({
  sizes: fullSizes,
  runtime: { accept64PerSecond: 2_000, singlesPerSecond: 999, batchesPerSecond: 800, heldMegabytes: 451 },
  floor: { put64PerSecond: 5_000, threeCallsPerSecond: 1_000, storesPerSecond: 1_000 },
  functions: [
    { name: 'project-order', clients: 1, bundleKilobytes: 401, importMs: 40 },
    { name: 'presign-invoice', clients: 2, bundleKilobytes: 850, importMs: 56 },
  ],
  consumers: { 'project-order': 51, 'check-event': 49, 'aggregate-revenue': 21 },
  ...changes,
});

const verdicts = (rows: ReturnType<typeof report>) => Object.fromEntries(rows.map((row) => [row.name, isMet(row)]));

describe('the report', () => {
  it('judges each figure by its own floor and its own target', () =>
    expect(verdicts(report(measured()))).toMatchObject({
      'accepted, 64 at a time': true,
      'in both stores, single posts': false,
      'in both stores, posts of 500': true,
      'memory with 10,000 orders held': false,
      'bundle of project-order': false,
      'import of project-order': true,
      'bundle of presign-invoice': true,
      'import of presign-invoice': false,
      'work of project-order': false,
      'work of check-event': true,
      'work of aggregate-revenue': false,
    }));

  it('does not judge memory by fewer orders than the target is meant for', () =>
    expect(verdicts(report(measured({ sizes: quickSizes })))).toHaveProperty(
      ['memory with 2,000 orders held'],
      undefined,
    ));

  it('shows a figure that is missing as missed, not as met', () =>
    expect(verdicts(report(measured({ runtime: {} })))).toMatchObject({ 'one order into both stores, p50': false }));
});
