import { describe, expect, it } from '@jest/globals';
import { type Probe, runProbes } from '../../support/probe.ts';

const reporting = { FunctionResponseTypes: ['ReportBatchItemFailures'], MaximumRetryAttempts: 2 };
const answering = (handler: NonNullable<Probe['handler']>, mapping = reporting): Probe => ({
  handler,
  mapping: { ...mapping, BatchSize: 1 },
  onFailure: 's3',
});

const probes = runProbes({
  // complete success
  nothing: answering(() => undefined),
  null: answering(() => null),
  emptyString: answering(() => ''),
  emptyObject: answering(() => ({})),
  nullList: answering(() => ({ batchItemFailures: null })),
  emptyList: answering(() => ({ batchItemFailures: [] })),
  // complete failure
  misspelt: answering(() => ({ batchItemFailures: [{ foo: 'x' }] })),
  emptyIdentifier: answering(() => ({ batchItemFailures: [{ itemIdentifier: '' }] })),
  nullIdentifier: answering(() => ({ batchItemFailures: [{ itemIdentifier: null }] })),
  unknownIdentifier: answering(() => ({
    batchItemFailures: [{ itemIdentifier: '49590338271490256608559692538361571' }],
  })),
  // the rest
  switchedOff: {
    handler: ({ data, report }) => report(...data),
    mapping: { BatchSize: 1, MaximumRetryAttempts: 2 },
    onFailure: 's3',
  },
  several: {
    handler: ({ data, earlier, report }) => (earlier === 0 ? report('r4', 'r2') : report(...data.slice(0, 0))),
    mapping: reporting,
  },
  threw: {
    handler: ({ earlier }) => {
      if (earlier === 0) throw new Error('once');
    },
    mapping: reporting,
  },
} satisfies Record<string, Probe>);

describe('the response to a batch', () => {
  it.each(['nothing', 'null', 'emptyString', 'emptyObject', 'nullList', 'emptyList'] as const)(
    '§13.4 %s is complete success',
    async (name) => {
      await probes.put(name, ['r0', 'r1']);
      await probes.called(name, 2);

      expect(probes.batches(name)).toEqual([['r0'], ['r1']]);
    },
  );

  it.each(['misspelt', 'emptyIdentifier', 'nullIdentifier', 'unknownIdentifier'] as const)(
    '§13.3 %s is complete failure, without a function error',
    async (name) => {
      await probes.put(name, ['r0']);
      const [record] = await probes.setAside(name, 1);

      expect(probes.batches(name)).toEqual([['r0'], ['r0'], ['r0']]);
      expect(record?.requestContext.approximateInvokeCount).toBe(3);
      expect(record?.responseContext?.functionError).toBeNull();
    },
  );

  it('§13.4 counts for nothing where partial responses are off', async () => {
    await probes.put('switchedOff', ['r0', 'r1']);
    await probes.called('switchedOff', 2);

    expect(probes.batches('switchedOff')).toEqual([['r0'], ['r1']]);
  });

  it('§1.6 makes the batch go on at the lowest of several reported records, later successes included', async () => {
    await probes.put('several', ['r0', 'r1', 'r2', 'r3', 'r4']);
    await probes.called('several', 2);

    expect(probes.batches('several')).toEqual([
      ['r0', 'r1', 'r2', 'r3', 'r4'],
      ['r2', 'r3', 'r4'],
    ]);
  });

  it('§1.6 delivers the whole batch again after an exception', async () => {
    await probes.put('threw', ['r0', 'r1']);
    await probes.called('threw', 2);

    expect(probes.batches('threw')).toEqual([
      ['r0', 'r1'],
      ['r0', 'r1'],
    ]);
  });
});
