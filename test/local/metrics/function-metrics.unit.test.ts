import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cloudWatchRows } from '../../../local/metrics/cloudwatch-rows.ts';
import { FunctionMetrics } from '../../../local/metrics/function-metrics.ts';
import type { InvocationMeasure } from '../../../local/metrics/invocation-measure.ts';

const invocation: Omit<InvocationMeasure, 'at'> = {
  source: 'api',
  durationMs: 10.4,
  billedMs: 11,
  cpuMs: 5,
  memoryUsedMb: 60,
  bytesIn: 100,
  bytesOut: 200,
  failed: false,
};
const measured = { functionName: 'f', description: 'probe', memoryMb: 256 };
const minuteMs = 60_000;
const start = Date.UTC(2026, 10, 22, 10, 15);

const metricsAt = (times: { now: number }) => new FunctionMetrics(measured, () => times.now);

describe('the metrics of a function', () => {
  it('sums up what happened, by minute and since the start', () => {
    const times = { now: start };
    const metrics = metricsAt(times);
    metrics.invoked({ ...invocation, initMs: 80.2, billedMs: 91 });
    metrics.invoked({ ...invocation, durationMs: 20, billedMs: 20, failed: true });
    times.now += minuteMs;
    metrics.invoked({ ...invocation, source: 'uuid', batch: { records: 7, reason: 'window', iteratorAgeMs: 1_500 } });
    metrics.throttled();

    const { total, minutes } = metrics.snapshot();
    expect(total).toMatchObject({ invocations: 3, errors: 1, throttles: 1, coldStarts: 1 });
    expect(total.billedMbMs).toEqual({ count: 3, sum: (91 + 20 + 11) * 256, min: 11 * 256, max: 91 * 256 });
    expect(total.sources).toEqual({ api: 2, uuid: 1 });
    expect(minutes.map(({ minute, invocations }) => [minute, invocations])).toEqual([
      [start, 2],
      [start + minuteMs, 1],
    ]);
    expect(minutes[1]).toMatchObject({ batchSize: { count: 1, sum: 7 }, reasons: { window: 1 }, throttles: 1 });
  });

  it('are told as they are at the moment, whatever comes later', () => {
    const metrics = metricsAt({ now: start });
    metrics.invoked(invocation);
    const before = metrics.snapshot();
    metrics.invoked({ ...invocation, batch: { records: 1, reason: 'size' } });
    expect([before.total.invocations, before.total.reasons]).toEqual([1, {}]);
    expect([before.minutes[0]?.durationMs.count, before.invocations.length]).toEqual([1, 1]);
  });

  it('leaves the call that ends a tumbling window out of the batch sizes', () => {
    const metrics = metricsAt({ now: start });
    metrics.invoked({ ...invocation, batch: { records: 0, reason: 'final' } });
    expect(metrics.snapshot().total).toMatchObject({ batchSize: { count: 0 }, reasons: { final: 1 } });
  });

  it('keeps the newest 500 invocations and 180 minutes, and counts them all', () => {
    const times = { now: start };
    const metrics = metricsAt(times);
    for (let index = 0; index < 1_234; index++) {
      metrics.invoked({ ...invocation, durationMs: index });
      times.now += minuteMs;
    }
    const { total, minutes, invocations } = metrics.snapshot();
    expect(total.durationMs).toEqual({ count: 1_234, sum: (1_233 * 1_234) / 2, min: 0, max: 1_233 });
    expect(invocations.map(({ durationMs }) => durationMs)).toEqual(Array.from({ length: 500 }, (_, at) => 734 + at));
    expect([minutes.length, minutes.at(-1)?.minute]).toEqual([180, times.now - minuteMs]);
  });

  it('adds up to the same by minute as since the start, whatever the clock does', () => {
    const event = fc.record({ pauseMs: fc.integer({ min: -90_000, max: 90_000 }), durationMs: fc.nat(30_000) });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 100 }), (events) => {
        const times = { now: start };
        const metrics = metricsAt(times);
        for (const { pauseMs, durationMs } of events) {
          times.now += pauseMs;
          metrics.invoked({ ...invocation, durationMs });
        }
        const { total, minutes } = metrics.snapshot();
        expect(minutes.reduce((sum, { durationMs }) => sum + durationMs.sum, 0)).toBe(total.durationMs.sum);
        expect(total.durationMs.sum).toBe(events.reduce((sum, { durationMs }) => sum + durationMs, 0));
        expect(minutes.map(({ minute }) => minute)).toEqual([...new Set(minutes.map(({ minute }) => minute))].sort());
      }),
    );
  });
});

describe('the rows of CloudWatch', () => {
  it('carry the statistics of a minute, and none where there is no data', () => {
    const metrics = metricsAt({ now: start });
    metrics.invoked(invocation);
    metrics.invoked({ ...invocation, durationMs: 20, failed: true });
    const rows = cloudWatchRows({ functions: [metrics.snapshot()] });

    expect(rows.find(({ metricName }) => metricName === 'Duration')).toEqual({
      namespace: 'AWS/Lambda',
      metricName: 'Duration',
      dimensions: { FunctionName: 'f' },
      minute: '2026-11-22T10:15:00.000Z',
      unit: 'Milliseconds',
      sampleCount: 2,
      sum: 30.4,
      average: 15.2,
      minimum: 10.4,
      maximum: 20,
    });
    expect(rows.find(({ metricName }) => metricName === 'Errors')).toMatchObject({ sum: 1, average: 0.5, maximum: 1 });
    expect(rows.find(({ metricName }) => metricName === 'rx_bytes')?.dimensions).toEqual({ function_name: 'f' });
    expect(rows.map(({ metricName }) => metricName)).not.toContain('IteratorAge');
  });
});
