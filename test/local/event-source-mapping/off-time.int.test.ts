import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { fastPace, names, type Probe, RunningProbes } from '../../support/probe.ts';

const hourMs = 3_600_000;
const of = (mapping: Probe['mapping']): Probe => ({
  mapping: { MaximumRecordAgeInSeconds: 3_600, BatchSize: 1, ...mapping },
  stream: { RetentionPeriodHours: 48 },
  onFailure: 's3',
});

let dataDir: string;
let started: RunningProbes<'probe'>[];
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'off-time-'));
  started = [];
});
afterEach(async () => {
  for (const probes of started) await probes.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const start = async (probe: Probe, clock: VirtualClock, pace = fastPace): Promise<RunningProbes<'probe'>> => {
  const probes = new RunningProbes({ probe }, { dataDir, clock, pace });
  started.push(probes);
  await probes.start();
  return probes;
};

/** Leaves two records in the stream of a runtime that is then off for `offMs`; answers the clock of the next start. */
const leaveRecords = async (offMs: number): Promise<VirtualClock> => {
  const clock = new VirtualClock();
  const before = await start(of({ Enabled: false }), clock);
  await before.put('probe', names(0, 2));
  await before.stop();
  return new VirtualClock(clock.now() + offMs);
};

const throwing: Probe['handler'] = () => {
  throw new Error('poison');
};

it('what waited while the runtime was off is handled, though it is older than the maximum age', async () => {
  const clock = await leaveRecords(30 * hourMs);
  const probes = await start(of({}), clock);
  await clock.run(() => probes.called('probe', 2));

  expect(probes.batches('probe')).toEqual([['r0'], ['r1']]);
  expect(probes.log.filter((line) => line.includes('RecordAgeExceeded'))).toEqual([]);
});

it('what waited and fails is tried for the maximum age from the start on, then set aside', async () => {
  const clock = await leaveRecords(30 * hourMs);
  const startedAtMs = clock.now();
  const probes = await start({ ...of({ BatchSize: 10 }), handler: throwing }, clock, {
    ...fastPace,
    retryBackoffMs: () => 600_000,
  });
  const [record] = await clock.run(() => probes.setAside('probe', 1));

  expect(record?.requestContext).toEqual(
    expect.objectContaining({ condition: 'RecordAgeExceeded', approximateInvokeCount: 7 }),
  );
  expect(clock.now() - startedAtMs).toBeGreaterThan(hourMs);
});

it('what waited is tried no longer than its stream keeps it', async () => {
  const clock = await leaveRecords(47.5 * hourMs);
  const probes = await start({ ...of({ BatchSize: 10 }), handler: throwing }, clock, {
    ...fastPace,
    retryBackoffMs: () => 600_000,
  });
  const [record] = await clock.run(() => probes.setAside('probe', 1));

  expect(record?.requestContext.approximateInvokeCount).toBeLessThan(5);
});

it("at AWS's pace the time in which the runtime was off counts", async () => {
  const clock = await leaveRecords(30 * hourMs);
  const probes = await start(of({}), clock, { ...fastPace, agesWhileOff: true });
  const setAside = await clock.run(() => probes.setAside('probe', 2));

  expect(setAside.map(({ requestContext }) => requestContext.condition)).toEqual(Array(2).fill('RecordAgeExceeded'));
  expect(probes.calls('probe')).toEqual([]);
});
