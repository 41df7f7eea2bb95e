import { describe, expect, it } from '@jest/globals';
import { dataOf, names, runProbes } from '../../support/probe.ts';

const reporting = { FunctionResponseTypes: ['ReportBatchItemFailures'] };

const probes = runProbes({
  progress: {
    handler: ({ data, report }) => report(...data.filter((each) => each === 'r5')),
    mapping: { BatchSize: 3, MaximumRetryAttempts: 3, ...reporting },
    onFailure: 's3',
  },
});

describe('retries (§1.4, §1.6, §13)', () => {
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
});
