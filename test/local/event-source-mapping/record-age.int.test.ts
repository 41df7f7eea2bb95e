import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Clock, systemClock } from '../../../local/clock.ts';
import { eventually } from '../../support/eventually.ts';
import { dataOf, names, type Probe, runProbes } from '../../support/probe.ts';

/** Sleeps as the machine does, and tells the time that a test sets. */
class TestClock implements Clock {
  private set: (() => number) | undefined;
  now = () => this.set?.() ?? Date.now();
  sleep = systemClock.sleep;
  reset = () => {
    this.set = undefined;
  };
  /** Runs on, this much ahead. */
  ahead = (ms: number) => {
    this.set = () => Date.now() + ms;
  };
  /** Stands still. */
  standAt = (ms: number) => {
    this.set = () => ms;
  };
}

const clock = new TestClock();
const throwing = () => {
  throw new Error('poison');
};
const minute = { MaximumRecordAgeInSeconds: 60 };

const probes = runProbes(
  {
    failing: { handler: throwing, mapping: { ...minute, BatchSize: 1 }, onFailure: 's3' },
    mixed: {
      handler: ({ data, opened }) => (data.includes('gate') ? opened() : undefined),
      mapping: { ...minute, BatchSize: 10, MaximumRetryAttempts: 0 },
      onFailure: 's3',
    },
    waiting: { handler: ({ opened }) => opened(), mapping: { ...minute, BatchSize: 1 }, onFailure: 's3' },
    kept: { handler: throwing, onFailure: 's3', stream: { RetentionPeriodHours: 48 } },
    changes: { table: 'NEW_IMAGE', handler: throwing, onFailure: 's3' },
    ageless: { handler: ({ opened }) => opened(), mapping: { BatchSize: 1 }, onFailure: 's3' },
    throttled: {
      mapping: { ...minute, MaximumRetryAttempts: 1 },
      function: { ReservedConcurrentExecutions: 0 },
      onFailure: 's3',
    },
    partlyOld: {
      handler: ({ data, earlier, report }) => (earlier < 1_000_000 ? report(data[0] as string) : report()),
      mapping: { ...minute, FunctionResponseTypes: ['ReportBatchItemFailures'] },
      onFailure: 's3',
    },
  } satisfies Record<string, Probe>,
  { clock },
);

beforeEach(clock.reset);

describe('the age of records', () => {
  it('§13.5 a record that always fails is retried until it is too old, then set aside without a response', async () => {
    await probes.put('failing', ['r0']);
    await probes.called('failing', 5);
    expect(probes.log.filter((line) => line.startsWith('failing'))).toEqual([]);
    clock.ahead(60_001);
    const [record] = await probes.setAside('failing', 1);

    expect(record?.requestContext.condition).toBe('RecordAgeExceeded');
    expect(record?.requestContext.approximateInvokeCount).toBe(probes.calls('failing').length);
    expect(record).not.toHaveProperty('responseContext');
  });

  it('§13.6 of old and fresh records only the old one is set aside, and the fresh ones are delivered', async () => {
    await probes.put('mixed', ['gate']);
    await probes.called('mixed', 1);
    await probes.put('mixed', ['r0']);
    const oldAtMs = Date.now();
    await sleep(200);
    await probes.put('mixed', names(1, 5));
    clock.standAt(oldAtMs + 60_100);
    probes.open('mixed');
    const [record, ...others] = await probes.setAside('mixed', 1);
    await probes.called('mixed', 2);

    expect(record).toMatchObject({
      requestContext: { condition: 'RecordAgeExceeded', approximateInvokeCount: 1 },
      KinesisBatchInfo: { batchSize: 1 },
    });
    expect(record && dataOf(record)).toEqual(['r0']);
    expect(others).toEqual([]);
    expect(probes.batches('mixed')).toEqual([['gate'], names(1, 5)]);
  });

  it('§1.7 a record too old before its first delivery is set aside unseen, with a count of 1', async () => {
    await probes.put('waiting', ['gate']);
    await probes.called('waiting', 1);
    await probes.put('waiting', ['r0']);
    clock.ahead(60_001);
    probes.open('waiting');
    const [record] = await probes.setAside('waiting', 1);

    expect(record?.requestContext).toMatchObject({ condition: 'RecordAgeExceeded', approximateInvokeCount: 1 });
    expect(record && dataOf(record)).toEqual(['r0']);
    expect(probes.batches('waiting')).toEqual([['gate']]);
  });

  it('§1.1 without a maximum age no record is too old that its stream still keeps', async () => {
    await probes.put('ageless', ['gate']);
    await probes.called('ageless', 1);
    await probes.put('ageless', ['r0']);
    clock.ahead(23 * 3_600_000);
    probes.open('ageless');
    await probes.called('ageless', 2);

    expect(probes.batches('ageless')).toEqual([['gate'], ['r0']]);
  });

  it.each([
    ['kept', 'Kinesis keeps its records for as long as the template says', 48],
    ['changes', 'DynamoDB keeps its changes for a day', 24],
  ] as const)('§1.4 %s: %s, and what fails is retried no longer', async (name, _, hours) => {
    if (name === 'kept') await probes.put(name, ['r0']);
    else await probes.putItems(name, ['r0']);
    await probes.called(name, 1);
    clock.ahead((hours - 1) * 3_600_000);
    await probes.called(name, probes.calls(name).length + 2);
    expect(probes.log.filter((line) => line.startsWith(name))).toEqual([]);
    clock.ahead(hours * 3_600_000 + 1);
    const [record] = await probes.setAside(name, 1);

    expect(record?.requestContext.condition).toBe('RecordAgeExceeded');
  });

  it('§13.9 a throttled batch is never discarded by retries, only by age', async () => {
    await probes.put('throttled', ['r0']);
    await sleep(150); // many times its backoff
    expect(probes.log.filter((line) => line.startsWith('throttled'))).toEqual([]);
    clock.ahead(60_001);
    const [record] = await probes.setAside('throttled', 1);

    expect(record?.requestContext).toMatchObject({ condition: 'RecordAgeExceeded', approximateInvokeCount: 1 });
    expect(probes.calls('throttled')).toEqual([]);
  });

  it('§1.7 age is checked before each retry, and a failing remainder goes by it', async () => {
    await probes.put('partlyOld', ['r0', 'r1']);
    await probes.called('partlyOld', 3);
    clock.ahead(70_000);
    const [record] = await probes.setAside('partlyOld', 1);
    const calls = probes.calls('partlyOld').length;
    clock.reset();
    await probes.put('partlyOld', ['r2']);
    await eventually(() => expect(probes.batches('partlyOld').at(-1)).toEqual(['r2']));

    expect(record && dataOf(record)).toEqual(['r0', 'r1']);
    expect(probes.batches('partlyOld').slice(0, calls)).toEqual(Array(calls).fill(['r0', 'r1']));
  });
});
