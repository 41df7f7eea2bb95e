import { describe, expect, it } from '@jest/globals';
import { timeOfBatches, typicalTimes, usdAMillion } from '../../compare/batch-cost.ts';
import type { InvocationMeasure } from '../../local/metrics/invocation-measure.ts';

const invocation = (records: number, billedMs: number): InvocationMeasure => ({
  at: 0,
  source: 'm',
  batch: { records, reason: 'size' },
  durationMs: billedMs,
  billedMs,
  cpuMs: 0,
  memoryUsedMb: 60,
  bytesIn: 0,
  bytesOut: 0,
  failed: false,
});

describe('the cost of batches', () => {
  it('is that of requests and GB-seconds, worked out by hand', () => {
    // 100 requests at $0.20 a million; 100 × 4 ms + 1,000 × 1 ms = 1.4 s at 0.25 GB and $13.3334 a million GB-seconds.
    const usd = (100 * 0.2) / 1e6 + 1.4 * 0.25 * (13.3334 / 1e6);
    expect(usdAMillion({ invocations: 100, records: 1_000 }, { start: 4, slope: 1 }, 256)).toBeCloseTo(usd * 1_000, 9);
  });

  it('takes the typical time of each size, so that a slow one changes nothing', () => {
    const times = typicalTimes([invocation(10, 14), invocation(10, 900), invocation(10, 14), invocation(100, 104)]);
    expect(times).toEqual([
      { size: 10, value: 14 },
      { size: 100, value: 104 },
    ]);
    expect(timeOfBatches(times)).toEqual({ start: 4, slope: 1 });
  });

  it('leaves out the calls without a record', () => {
    expect(typicalTimes([invocation(0, 5)])).toEqual([]);
  });
});
