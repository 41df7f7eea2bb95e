import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import { eventually } from '../../support/eventually.ts';
import { type Call, names, type Probe, RunningProbes, runProbes } from '../../support/probe.ts';

const reporting = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
const table = 'NEW_AND_OLD_IMAGES';

const probes = runProbes({
  plain: { table },
  keysOnly: { table: 'KEYS_ONLY' },
  progress: {
    table,
    handler: ({ data, report }) => (data.includes('r5') ? report('r5') : report()),
    mapping: { ...reporting, BatchSize: 3, MaximumRetryAttempts: 3, MaximumBatchingWindowInSeconds: 1 },
    onFailure: 's3',
  },
  throwing: {
    table,
    handler: () => Promise.reject(new Error('poison')),
    mapping: { BatchSize: 1, MaximumRetryAttempts: 2 },
    onFailure: 's3',
  },
  unknown: {
    table,
    handler: () => ({ batchItemFailures: [{ itemIdentifier: '100000000000000000000000' }] }),
    mapping: { ...reporting, BatchSize: 1, MaximumRetryAttempts: 1 },
    onFailure: 'sqs',
  },
  bisected: {
    table,
    handler: ({ data }) => {
      if (data.includes('r5')) throw new Error('poison');
    },
    mapping: { BisectBatchOnFunctionError: true, MaximumRetryAttempts: 0, MaximumBatchingWindowInSeconds: 1 },
    onFailure: 's3',
  },
  filtered: {
    table,
    mapping: {
      FilterCriteria: {
        Filters: [
          {
            Pattern: JSON.stringify({
              eventName: ['INSERT'],
              dynamodb: { Keys: { id: { S: [{ prefix: 'wanted' }] } } },
            }),
          },
        ],
      },
    },
  },
  lanes: { table, mapping: { ParallelizationFactor: 4, BatchSize: 1 } },
  window: {
    table,
    handler: ({ event, data }) => ({ state: { seen: [...((event.state?.seen as string[]) ?? []), ...data] } }),
    mapping: { TumblingWindowInSeconds: 1 },
  },
  latest: { table, mapping: { StartingPosition: 'LATEST' } },
} satisfies Record<string, Probe>);

const recordsOf = (calls: readonly Call[]) =>
  calls.flatMap(({ event }) => event.Records as unknown as DynamoDBRecord[]);

describe('the event of a DynamoDB stream', () => {
  it('§4 has the fields of AWS in their order', async () => {
    await probes.putItems('plain', ['a'], 'one');
    await probes.putItems('plain', ['a'], 'two');
    await eventually(() => expect(recordsOf(probes.calls('plain'))).toHaveLength(2));
    const [insert, modify] = recordsOf(probes.calls('plain'));
    const at = modify?.dynamodb?.ApproximateCreationDateTime ?? 0;
    const tableName = probes.stack.outputs.plainTable;

    expect(JSON.stringify(modify)).toMatch(
      new RegExp(
        `^{"eventID":"[0-9a-f]{32}","eventName":"MODIFY","eventVersion":"1.1","eventSource":"aws:dynamodb","awsRegion":"us-east-1",` +
          `"dynamodb":{"ApproximateCreationDateTime":${at},"Keys":{"id":{"S":"a"}},"NewImage":{"id":{"S":"a"},"v":{"S":"two"}},` +
          `"OldImage":{"id":{"S":"a"},"v":{"S":"one"}},"SequenceNumber":"\\d{21}","SizeBytes":17,"StreamViewType":"NEW_AND_OLD_IMAGES"},` +
          `"eventSourceARN":"arn:aws:dynamodb:us-east-1:000000000000:table/${tableName}/stream/[-0-9T:.]{23}"}$`,
      ),
    );
    expect(Number.isInteger(at)).toBe(true);
    expect(insert?.dynamodb).not.toHaveProperty('OldImage');
    expect(insert?.eventID).not.toBe(modify?.eventID);
  });

  it('§13.19 has one record for the same item put twice, and tells a removal', async () => {
    await probes.putItems('keysOnly', ['a', 'a', 'b']);
    const TableName = probes.stack.outputs.keysOnlyTable;
    await probes.dynamoDb.send(new DeleteItemCommand({ TableName, Key: { id: { S: 'a' } } }));
    await eventually(() => expect(recordsOf(probes.calls('keysOnly')).at(-1)?.eventName).toBe('REMOVE'));

    expect(
      recordsOf(probes.calls('keysOnly')).map(({ eventName, dynamodb }) => [eventName, dynamodb?.Keys?.id?.S]),
    ).toEqual([
      ['INSERT', 'a'],
      ['INSERT', 'b'],
      ['REMOVE', 'a'],
    ]);
    expect(recordsOf(probes.calls('keysOnly'))[0]?.dynamodb).not.toHaveProperty('NewImage');
  });

  it('§2 reaches the function where a filter matches it, as it was', async () => {
    await probes.putItems('filtered', ['other', 'wanted-1']);
    await probes.putItems('filtered', ['wanted-1'], 'changed');
    await probes.putItems('filtered', ['wanted-2']);
    await eventually(() => expect(probes.batches('filtered').flat()).toEqual(['wanted-1', 'wanted-2']));
  });

  it('§4 keeps the order of each item in lanes side by side', async () => {
    for (const v of ['1', '2', '3', '4', '5']) await probes.putItems('lanes', ['a', 'b', 'c', 'd'], v);
    await probes.called('lanes', 20);

    for (const id of ['a', 'b', 'c', 'd']) {
      const own = recordsOf(probes.calls('lanes')).filter(({ dynamodb }) => dynamodb?.Keys?.id?.S === id);
      expect(own.map(({ dynamodb }) => dynamodb?.NewImage?.v?.S)).toEqual(['1', '2', '3', '4', '5']);
    }
  });

  it('§3 carries a tumbling window and its state', async () => {
    await probes.putItems('window', ['r0', 'r1']);
    const final = await eventually(() => {
      const found = probes.calls('window').find(({ event }) => event.isFinalInvokeForWindow);
      expect(found).toBeDefined();
      return found;
    });

    expect(final?.event).toMatchObject({
      Records: [],
      window: { start: expect.stringMatching(/:\d\dZ$/) },
      shardId: expect.stringMatching(/^shardId-\d{20}-[0-9a-f]{8}$/),
      eventSourceARN: expect.stringContaining(':table/'),
    });
    expect(final?.event.state).toEqual({ seen: expect.arrayContaining(['r0']) });
  });
});

describe('a batch of a DynamoDB stream', () => {
  it('§13.1 makes progress by the sequence number that the function reports, each part with its own retries', async () => {
    await probes.putItems('progress', names(0, 6));
    const [record] = await probes.setAside('progress', 1);
    const poison = recordsOf(probes.calls('progress')).find(({ dynamodb }) => dynamodb?.Keys?.id?.S === 'r5');

    expect(
      probes
        .batches('progress')
        .flat()
        .filter((id) => id !== 'r5'),
    ).toEqual(names(0, 5));
    expect(probes.batches('progress').slice(-4)).toEqual(Array(4).fill(['r5']));
    expect(record?.requestContext).toMatchObject({ condition: 'RetryAttemptsExhausted', approximateInvokeCount: 4 });
    expect(record?.responseContext?.functionError).toBeNull();
    expect(record?.DDBStreamBatchInfo).toMatchObject({
      batchSize: 1,
      startSequenceNumber: poison?.dynamodb?.SequenceNumber,
      endSequenceNumber: poison?.dynamodb?.SequenceNumber,
    });
  });

  it('§13.2 that always throws ends at the destination, with the event as it was sent', async () => {
    await probes.putItems('throwing', ['r0', 'r1']);
    const records = await probes.setAside('throwing', 2);
    const [call] = probes.calls('throwing');

    expect(probes.batches('throwing')).toEqual([['r0'], ['r0'], ['r0'], ['r1'], ['r1'], ['r1']]);
    expect(records[0]?.payload).toBe(JSON.stringify(call?.event));
    const [{ key = '', payload: _ = '', ...body } = {}] = records;
    expect(Object.keys(body)).toEqual([
      'requestContext',
      'responseContext',
      'version',
      'timestamp',
      'DDBStreamBatchInfo',
    ]);
    const [sent] = recordsOf([call as Call]);
    const at = `${new Date((sent?.dynamodb?.ApproximateCreationDateTime ?? 0) * 1_000).toISOString().slice(0, 19)}Z`;
    expect(records[0]?.DDBStreamBatchInfo).toEqual({
      shardId: expect.stringMatching(/^shardId-\d{20}-[0-9a-f]{8}$/),
      startSequenceNumber: sent?.dynamodb?.SequenceNumber,
      endSequenceNumber: sent?.dynamodb?.SequenceNumber,
      approximateArrivalOfFirstRecord: at,
      approximateArrivalOfLastRecord: at,
      batchSize: 1,
      streamArn: sent?.eventSourceARN,
    });
    expect(key).toContain(records[0]?.DDBStreamBatchInfo?.shardId);
  });

  it('§13.3 fails as a whole where the reported number is none of its records', async () => {
    await probes.putItems('unknown', ['r0']);
    const [body = ''] = await probes.queued('unknown', 1);

    expect(JSON.parse(body)).toMatchObject({
      requestContext: { approximateInvokeCount: 2 },
      DDBStreamBatchInfo: { batchSize: 1 },
    });
  });

  it('§13.7 is halved until the poison is alone', async () => {
    await probes.putItems('bisected', names(0, 8));
    const records = await probes.setAside('bisected', 1);

    expect(records.map(({ DDBStreamBatchInfo }) => DDBStreamBatchInfo?.batchSize)).toEqual([1]);
    await eventually(() => expect(new Set(probes.batches('bisected').flat())).toEqual(new Set(names(0, 8))));
    for (const batch of probes.batches('bisected')) expect(batch).toEqual([...batch].sort());
  });
});

describe('a mapping of a DynamoDB stream', () => {
  it('is woken by the write itself', async () => {
    const started = Date.now();
    await probes.putItems('latest', ['first']);
    await probes.called('latest', 1);

    expect(Date.now() - started).toBeLessThan(1_000);
  });

  it('goes on from its checkpoint after a restart; from LATEST it takes what is written since it began', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'probe-data-'));
    const run = async (
      enabled: Record<'handled' | 'empty' | 'used', boolean>,
      use: (run: Restarted) => Promise<void>,
    ) => {
      const from = (StartingPosition: string, Enabled: boolean): Probe => ({
        table,
        mapping: { StartingPosition, Enabled },
      });
      const running = new RunningProbes(
        {
          handled: from('TRIM_HORIZON', enabled.handled),
          empty: from('LATEST', enabled.empty),
          used: from('LATEST', enabled.used),
        },
        { dataDir },
      );
      await running.start();
      await use(running).finally(() => running.close());
    };
    await run({ handled: true, empty: true, used: false }, async (probes) => {
      await probes.putItems('handled', ['r0', 'r1']);
      await probes.putItems('used', ['before']);
      await eventually(() => expect(probes.batches('handled').flat()).toEqual(['r0', 'r1']));
    });
    await run({ handled: false, empty: false, used: true }, async (probes) => {
      await probes.putItems('handled', ['r2']);
      await probes.putItems('empty', ['while-away']);
      await probes.putItems('used', ['after']);
      await probes.called('used', 1);
      expect(probes.batches('used')).toEqual([['after']]);
    });
    await run({ handled: true, empty: true, used: true }, async (probes) => {
      await probes.called('handled', 1);
      await probes.called('empty', 1);
      expect(probes.batches('handled')).toEqual([['r2']]);
      expect(probes.batches('empty')).toEqual([['while-away']]);
      expect(probes.batches('used')).toEqual([]);
    });
    rmSync(dataDir, { recursive: true, force: true });
  });
});

type Restarted = RunningProbes<'handled' | 'empty' | 'used'>;
