import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../local/clock.ts';
import { systemClock } from '../../../local/clock.ts';
import type { InvocationMeasure } from '../../../local/metrics/invocation-measure.ts';
import { laptopPace } from '../../../local/pace.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { eventually } from '../../support/eventually.ts';
import { names, type Probe, RunningProbes } from '../../support/probe.ts';

const template = {
  steady: { mapping: { BatchSize: 10, MaximumBatchingWindowInSeconds: 2 } },
  bursts: { mapping: { BatchSize: 10, MaximumBatchingWindowInSeconds: 2 } },
} satisfies Record<string, Probe>;
type Name = keyof typeof template;

/** Twenty records a second for four seconds; and bursts, none at a moment at which a poll or a window falls due. */
const drive = async (probes: RunningProbes<Name>, clock: Clock) => {
  const put = (name: Name, first: number, count: number) => {
    const sent = probes.put(name, names(first, count));
    return clock.during?.(sent) ?? sent;
  };
  const startedAt = clock.now();
  const until = (ms: number) => clock.sleep(Math.max(0, startedAt + ms - clock.now()));
  const steadily = async () => {
    for (let record = 0; record < 80; record++) {
      await until(record * 50);
      await put('steady', record, 1);
    }
  };
  const inBursts = async () => {
    let first = 0;
    for (const [atMs, count] of [
      [400, 7],
      [2_400, 25],
      [5_400, 3],
    ] as const) {
      await until(atMs);
      await put('bursts', first, count);
      first += count;
    }
  };
  await Promise.all([steadily(), inBursts()]);
  await until(8_000);
};

const batchesOf = async (probes: RunningProbes<Name>, name: Name) => {
  const { functions } = await probes.stack.metrics();
  const found = functions.find(({ functionName }) => functionName === probes.functionOf(name).functionName);
  return (found?.invocations ?? []).map(({ batch }: InvocationMeasure) => [batch?.records, batch?.reason]);
};

describe('a run in virtual time', () => {
  const clock = new VirtualClock();
  const real = new RunningProbes(template, { pace: laptopPace });
  const virtual = new RunningProbes(template, { pace: laptopPace, clock });
  let realSeconds = 0;
  let virtualSeconds = 0;
  const seconds = async (work: () => Promise<void>) => {
    const began = performance.now();
    await work();
    return (performance.now() - began) / 1_000;
  };

  beforeAll(async () => {
    await virtual.start();
    virtualSeconds = await seconds(() => clock.run(() => drive(virtual, clock)));
    await real.start(); // just before: the mappings' windows follow one another from their start on
    realSeconds = await seconds(() => drive(real, systemClock));
  }, 30_000);
  afterAll(() => Promise.all([real.close(), virtual.close()]));

  it('makes the invocations of a run in real time, each with as many records and for the same reason', async () => {
    for (const name of ['steady', 'bursts'] as const) {
      const expected = await eventually(async () => {
        const batches = await batchesOf(real, name);
        expect(batches.reduce((sum, [records]) => sum + Number(records), 0)).toBe(name === 'steady' ? 80 : 35);
        return batches;
      });
      expect(await batchesOf(virtual, name)).toEqual(expected);
    }
    expect(await batchesOf(virtual, 'steady')).toEqual(Array(8).fill([10, 'size']));
    expect(await batchesOf(virtual, 'bursts')).toEqual([
      [7, 'window'],
      [10, 'size'],
      [10, 'size'],
      [5, 'window'],
      [3, 'window'],
    ]);
  });

  it('takes a fraction of the time, and its records arrive when they were written', async () => {
    expect(virtualSeconds).toBeLessThan(realSeconds / 2);
    const arrivals = virtual
      .calls('steady')
      .flatMap(({ event }) => event.Records.map(({ kinesis }) => kinesis.approximateArrivalTimestamp));
    const pauses = arrivals.slice(1).map((at, index) => Math.round((at - (arrivals[index] ?? 0)) * 1_000));
    expect(pauses).toEqual(Array(79).fill(50));
  });
});
