import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { dataOf, names, type Probe, runProbes } from '../../support/probe.ts';

const reporting = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
const throwing = () => {
  throw new Error('poison');
};
/** Throws for a batch with r5. */
const throwingAtR5 = ({ data }: { data: string[] }) => {
  if (data.includes('r5')) throw new Error('poison');
};

const probes = runProbes({
  progress: {
    handler: ({ data, report }) => report(...data.filter((each) => each === 'r5')),
    mapping: { BatchSize: 3, MaximumRetryAttempts: 3, ...reporting },
    onFailure: 's3',
  },
  remainder: {
    handler: ({ data, earlier, report }) => report(...data.filter((each) => each === 'r1' && earlier < 2)),
    mapping: { BatchSize: 2, MaximumRetryAttempts: 5, ...reporting },
  },
  retries0: { handler: throwing, mapping: { BatchSize: 1, MaximumRetryAttempts: 0 }, onFailure: 's3' },
  retries1: { handler: throwing, mapping: { BatchSize: 1, MaximumRetryAttempts: 1 }, onFailure: 's3' },
  retries2: { handler: throwing, mapping: { BatchSize: 1, MaximumRetryAttempts: 2 }, onFailure: 's3' },
  forever: { handler: throwing, mapping: { BatchSize: 1 }, onFailure: 's3' },
  blocking: {
    handler: ({ data, earlier }) => {
      if (data.includes('r0') && earlier < 3) throw new Error('not yet');
    },
    mapping: { BatchSize: 1 },
  },
  dropping: { handler: throwingAtR5, mapping: { MaximumRetryAttempts: 1, BatchSize: 1 } },
  timeout: {
    handler: () => new Promise(() => setTimeout(() => {}, 10_000)),
    mapping: { MaximumRetryAttempts: 0 },
    function: { Timeout: 1 },
    onFailure: 's3',
  },
  exit: { handler: () => process.exit(1), mapping: { MaximumRetryAttempts: 0 }, onFailure: 's3' },
  tooMuch: { handler: () => 'x'.repeat(6_291_557), mapping: { MaximumRetryAttempts: 0 }, onFailure: 's3' },
  crash: { handler: ({ opened }) => opened(), mapping: { MaximumRetryAttempts: 3 } },
  bisect: {
    handler: throwingAtR5,
    mapping: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
    onFailure: 's3',
  },
  bisectRetries: {
    handler: throwingAtR5,
    mapping: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 2 },
    onFailure: 's3',
  },
  bisectAll: {
    handler: throwing,
    mapping: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0 },
    onFailure: 's3',
  },
  noBisect: { handler: throwingAtR5, mapping: { MaximumRetryAttempts: 1 }, onFailure: 's3' },
  bisectReport: {
    handler: ({ data, report }) => report(...data.filter((each) => each === 'r5')),
    mapping: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, ...reporting },
    onFailure: 's3',
  },
  bisectThrow: {
    handler: throwingAtR5,
    mapping: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0, ...reporting },
    onFailure: 's3',
  },
  firstPoison: {
    handler: ({ data, report }) => {
      const failed = data.findIndex((each) => each === 'r0' || each === 'r3');
      if (failed === 0 && data.length > 1) throw new Error('the first of several');
      return failed < 0 ? report() : report(data[failed] as string);
    },
    mapping: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1, ...reporting },
    onFailure: 's3',
  },
} satisfies Record<string, Probe>);

describe('retries', () => {
  it('§13.1 gives a remainder its own retries after progress, sets it aside, and goes on', async () => {
    const sequenceNumbers = await probes.put('progress', names(0, 6));
    const [record] = await probes.setAside('progress', 1);
    await probes.put('progress', ['r6']);
    await probes.called('progress', 7);

    expect(probes.batches('progress')).toEqual([names(0, 3), names(3, 3), ['r5'], ['r5'], ['r5'], ['r5'], ['r6']]);
    expect(record).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: 4 },
      responseContext: { functionError: null },
      KinesisBatchInfo: {
        batchSize: 1,
        startSequenceNumber: sequenceNumbers[5],
        endSequenceNumber: sequenceNumbers[5],
      },
    });
    expect(record && dataOf(record)).toEqual(['r5']);
  });

  it('§1.6 does not fill a remainder up with later records', async () => {
    await probes.put('remainder', names(0, 4));
    await probes.called('remainder', 4);

    expect(probes.batches('remainder')).toEqual([['r0', 'r1'], ['r1'], ['r1'], ['r2', 'r3']]);
  });

  it.each([
    ['retries0', 1],
    ['retries1', 2],
    ['retries2', 3],
  ] as const)('§13.2 a function that throws is invoked once more than its retries (%s)', async (name, count) => {
    await probes.put(name, ['r0']);
    const [record] = await probes.setAside(name, 1);

    expect(probes.batches(name)).toEqual(Array(count).fill(['r0']));
    expect(record).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted', approximateInvokeCount: count },
      responseContext: { functionError: 'Unhandled' },
    });
  });

  it('§1.1 retries without end by default', async () => {
    await probes.put('forever', ['r0']);

    expect((await probes.called('forever', 15)).length).toBeGreaterThanOrEqual(15);
    expect(probes.log.filter((line) => line.startsWith('foreverMapping'))).toEqual([]);
  });

  it('§1.4 a failing batch blocks what comes after it in its shard', async () => {
    await probes.put('blocking', ['r0', 'r1']);
    await probes.called('blocking', 5);

    expect(probes.batches('blocking')).toEqual([['r0'], ['r0'], ['r0'], ['r0'], ['r1']]);
  });

  it('§1.4 without a destination drops what is exhausted, says so, and goes on', async () => {
    await probes.put('dropping', ['r5', 'r6']);
    await probes.called('dropping', 3);

    expect(probes.batches('dropping')).toEqual([['r5'], ['r5'], ['r6']]);
    expect(probes.log.join('\n')).toContain('1 record dropped');
  });

  it.each([
    ['a time-out', 'timeout'],
    ['an exit', 'exit'],
    ['a response that is too large', 'tooMuch'],
  ] as const)('§1.4 counts %s as a function error', async (_, name) => {
    await probes.put(name, ['r0']);
    const [record] = await probes.setAside(name, 1);

    expect(record?.responseContext?.functionError).toBe('Unhandled');
    expect(probes.calls(name)).toHaveLength(1);
  });

  it('§1.4 delivers a batch again whose environment died', async () => {
    await probes.put('crash', ['r0', 'r1']);
    await probes.called('crash', 1);
    await probes.functionOf('crash').crash();
    probes.open('crash');
    await probes.called('crash', 2);

    expect(probes.batches('crash')).toEqual([
      ['r0', 'r1'],
      ['r0', 'r1'],
    ]);
  });
});

describe('bisecting', () => {
  it('§13.7 leaves exactly the poison to the destination and delivers all others, in order', async () => {
    await probes.put('bisect', names(0, 8));
    const [record, ...others] = await probes.setAside('bisect', 1);
    await probes.called('bisect', 7);

    expect(record && dataOf(record)).toEqual(['r5']);
    expect(others).toEqual([]);
    const delivered = probes.batches('bisect').filter((batch) => !batch.includes('r5'));
    expect(delivered.flat().sort()).toEqual(names(0, 8).filter((name) => name !== 'r5'));
    for (const batch of probes.batches('bisect')) expect(batch).toEqual([...batch].sort());
  });

  it('§1.5 spends no retry on halving, and counts anew for each half', async () => {
    await probes.put('bisectRetries', names(4, 2));
    const [record] = await probes.setAside('bisectRetries', 1);

    expect(probes.batches('bisectRetries')).toEqual([['r4', 'r5'], ['r4'], ['r5'], ['r5'], ['r5']]);
    expect(record?.requestContext.approximateInvokeCount).toBe(3);
  });

  it('§1.5 sets every record aside alone where all are poison', async () => {
    await probes.put('bisectAll', names(0, 5));
    const records = await probes.setAside('bisectAll', 5);

    expect(records.map(dataOf)).toEqual(names(0, 5).map((name) => [name]));
  });

  it('§1.5 is off by default: the whole batch is set aside', async () => {
    await probes.put('noBisect', names(4, 4));
    const [record] = await probes.setAside('noBisect', 1);

    expect(record && dataOf(record)).toEqual(names(4, 4));
    expect(record?.KinesisBatchInfo.batchSize).toBe(4);
  });

  it('§13.8 goes on at the reported record instead of halving', async () => {
    await probes.put('bisectReport', names(0, 8));
    await probes.setAside('bisectReport', 1);

    expect(probes.batches('bisectReport').slice(0, 2)).toEqual([names(0, 8), names(5, 3)]);
  });

  it('§13.8 halves on an exception although partial responses are on', async () => {
    await probes.put('bisectThrow', names(0, 8));
    const [record] = await probes.setAside('bisectThrow', 1);

    expect(probes.batches('bisectThrow').slice(0, 3)).toEqual([names(0, 8), names(0, 4), names(4, 4)]);
    expect(record && dataOf(record)).toEqual(['r5']);
  });

  it('§13.8b a function that throws at the first of several loses no innocent record', async () => {
    await probes.put('firstPoison', names(0, 8));
    const records = await probes.setAside('firstPoison', 2);
    const innocent = names(0, 8).filter((name) => name !== 'r0' && name !== 'r3');
    const handled = () =>
      new Set(
        probes.batches('firstPoison').flatMap((batch) => {
          const failed = batch.findIndex((each) => each === 'r0' || each === 'r3');
          return failed < 0 ? batch : failed === 0 ? [] : batch.slice(0, failed);
        }),
      );
    await eventually(() => expect([...handled()].sort()).toEqual(innocent));

    expect(records.map(dataOf)).toEqual([['r0'], ['r3']]);
    expect(records.map(({ requestContext }) => requestContext.approximateInvokeCount)).toEqual([2, 2]);
  });
});
