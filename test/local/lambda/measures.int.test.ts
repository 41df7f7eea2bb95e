import { describe, expect, it } from '@jest/globals';
import { FunctionMetrics } from '../../../local/metrics/function-metrics.ts';
import { probeFunction } from './probe-function.ts';

const measured = () => new FunctionMetrics({ functionName: 'f', description: '', memoryMb: 128 }, Date.now);

describe('what is measured of a function', () => {
  it('names who asked, and what failed', async () => {
    const metrics = measured();
    const probe = probeFunction('exports.handler = async ({ fail }) => { if (fail) throw new Error("probe"); };', {
      metrics,
    });
    await probe.call({}, { source: 'api' });
    await probe.fail({ fail: true });

    const { total, invocations } = metrics.snapshot();
    expect(total).toMatchObject({
      invocations: 2,
      errors: 1,
      throttles: 0,
      coldStarts: 1,
      sources: { api: 1, invoke: 1 },
    });
    expect(invocations.map(({ failed }) => failed)).toEqual([false, true]);
  });

  it('counts a time-out as an error that was billed to its end', async () => {
    const metrics = measured();
    const probe = probeFunction('exports.handler = () => new Promise(() => setInterval(() => {}, 10));', {
      metrics,
      timeoutMs: 150,
    });
    await probe.fail();
    const { total } = metrics.snapshot();
    expect(total.errors).toBe(1);
    expect(total.durationMs.sum).toBeGreaterThanOrEqual(149);
  });

  it('counts calls that reserved concurrency refused', async () => {
    const metrics = measured();
    const probe = probeFunction('exports.handler = async () => {};', { metrics, reservedConcurrency: 0 });
    await expect(probe.invoke('{}')).rejects.toThrow('Rate Exceeded.');
    expect(metrics.snapshot().total).toMatchObject({ invocations: 0, throttles: 1 });
  });
});
