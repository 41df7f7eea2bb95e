import { setTimeout as sleep } from 'node:timers/promises';
import { SplitShardCommand } from '@aws-sdk/client-kinesis';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { type Call, type Invocation, type Probe, runProbes } from '../../support/probe.ts';

/** Collects the names of its records in the state. */
const collecting = ({ event, data }: Invocation) => ({
  state: { seen: [...((event.state?.seen as string[]) ?? []), ...data] },
});
const windowed = { TumblingWindowInSeconds: 1 };

const probes = runProbes({
  plain: { handler: collecting, mapping: windowed },
  small: { handler: collecting, mapping: { ...windowed, BatchSize: 1 } },
  quiet: { handler: collecting, mapping: windowed },
  stateless: {
    handler: ({ event, data }) =>
      data.includes('r1') ? {} : { state: { seen: [...((event.state?.seen as string[]) ?? []), ...data] } },
    mapping: { ...windowed, BatchSize: 1, MaximumRetryAttempts: 1 },
    onFailure: 's3',
  },
  large: {
    handler: ({ data }) => ({ state: data.includes('r0') ? { large: 'x'.repeat(1_048_576) } : {} }),
    mapping: { ...windowed, BatchSize: 1 },
  },
  partial: {
    handler: ({ event, data, earlier, report }) => ({
      state: {
        seen: [...((event.state?.seen as string[]) ?? []), ...data.filter((name) => name !== 'r1' || earlier > 0)],
      },
      ...(earlier === 0 ? (report('r1') as object) : {}),
    }),
    mapping: { ...windowed, FunctionResponseTypes: ['ReportBatchItemFailures'] },
  },
  failingFinal: {
    handler: ({ event, earlier }) => {
      if (event.isFinalInvokeForWindow && earlier < 4) throw new Error('not yet');
      return { state: { calls: earlier } };
    },
    mapping: { ...windowed, MaximumRetryAttempts: 0 },
    onFailure: 's3',
  },
  split: { handler: collecting, mapping: windowed },
  filtered: {
    handler: collecting,
    mapping: { ...windowed, FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["a"]}}' }] } },
  },
} satisfies Record<string, Probe>);

type Name = Parameters<typeof probes.calls>[0];

const windowStart = (ms: number) => `${new Date(Math.floor(ms / 1_000) * 1_000).toISOString().slice(0, 19)}Z`;
const startOf = ({ event }: Call) => windowStart((event.Records[0]?.kinesis.approximateArrivalTimestamp ?? 0) * 1_000);
const outline = (calls: readonly Call[]) =>
  calls.map(({ data, event }) => [data, event.state, event.isFinalInvokeForWindow, event.isWindowTerminatedEarly]);
/** Waits for the beginning of the next second, and a little. */
const nextWindow = () => sleep(1_050 - (Date.now() % 1_000));
const finals = (name: Name, count: number) =>
  eventually(() => {
    const found = probes.calls(name).filter(({ event }) => event.isFinalInvokeForWindow);
    if (found.length < count) throw new Error(`${found.length} final calls of ${name}, not ${count}`);
    return found;
  });

describe('tumbling windows', () => {
  beforeAll(async () => {
    // All probes go through the same two windows at the same time.
    await nextWindow();
    const inFirst: Record<string, string[]> = {
      plain: ['r0', 'r1'],
      small: ['r0', 'r1'],
      quiet: ['r0'],
      stateless: ['r0', 'r1', 'r2'],
      large: ['r0', 'r1'],
      partial: ['r0', 'r1', 'r2'],
      failingFinal: ['r0'],
      split: ['r0'],
      filtered: ['text', '{"type":"b"}'],
    };
    await Promise.all(Object.entries(inFirst).map(([name, data]) => probes.put(name as Name, data)));
    await probes.kinesis.send(
      new SplitShardCommand({
        StreamName: probes.streamOf('split'),
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: String(2n ** 127n),
      }),
    );
    await probes.put('split', ['r1']);
    await nextWindow();
    await Promise.all((['plain', 'small', 'failingFinal'] as const).map((name) => probes.put(name, ['later'])));
  });

  it('§13.11 close with their state before the next window, which starts with {}', async () => {
    await finals('plain', 2);

    expect(outline(probes.calls('plain'))).toEqual([
      [['r0', 'r1'], {}, false, false],
      [[], { seen: ['r0', 'r1'] }, true, false],
      [['later'], {}, false, false],
      [[], { seen: ['later'] }, true, false],
    ]);
  });

  it('§3 carry window, state, shard, source and both flags after the records', () => {
    const [first] = probes.calls('plain');

    expect(Object.keys(first?.event ?? {})).toEqual([
      'Records',
      'window',
      'state',
      'shardId',
      'eventSourceARN',
      'isFinalInvokeForWindow',
      'isWindowTerminatedEarly',
    ]);
    expect(first?.event.shardId).toBe('shardId-000000000000');
  });

  it('§3 are aligned to the epoch, in seconds', () => {
    for (const call of probes.calls('plain').filter(({ data }) => data.length > 0)) {
      const start = startOf(call);
      expect(call.event.window).toEqual({ start, end: windowStart(Date.parse(start) + 1_000) });
    }
  });

  it('§3 hand the state from batch to batch', async () => {
    await finals('small', 2);

    expect(outline(probes.calls('small')).slice(0, 3)).toEqual([
      [['r0'], {}, false, false],
      [['r1'], { seen: ['r0'] }, false, false],
      [[], { seen: ['r0', 'r1'] }, true, false],
    ]);
  });

  it('§3 close by themselves once they are over and quiet', async () => {
    const [final] = await finals('quiet', 1);

    expect(final?.event.state).toEqual({ seen: ['r0'] });
    expect(final?.atMs).toBeGreaterThanOrEqual(Date.parse(final?.event.window?.end ?? ''));
  });

  it('§3 are none without records: nothing is invoked', async () => {
    expect(outline(probes.calls('quiet'))).toHaveLength(2);
    await sleep(1_100);

    expect(probes.calls('quiet')).toHaveLength(2);
    expect(probes.calls('filtered')).toEqual([]);
  });

  it('§13.12 discard a batch whose responses have no state, and keep the state as it was', async () => {
    await finals('stateless', 1);

    expect(outline(probes.calls('stateless'))).toEqual([
      [['r0'], {}, false, false],
      [['r1'], { seen: ['r0'] }, false, false],
      [['r1'], { seen: ['r0'] }, false, false],
      [['r2'], { seen: ['r0'] }, false, false],
      [[], { seen: ['r0', 'r2'] }, true, false],
    ]);
    const [record] = await probes.setAside('stateless', 1);
    expect(JSON.parse(record?.payload ?? '')).toMatchObject({ state: { seen: ['r0'] }, isFinalInvokeForWindow: false });
  });

  it('§13.13 end early with more than 1 MB of state, and go on as the same window with {}', async () => {
    const [early] = await finals('large', 2);
    const [first, final, second, last] = probes.calls('large');

    expect(early?.event.isWindowTerminatedEarly).toBe(true);
    expect(final?.event.state).toEqual({ large: 'x'.repeat(1_048_576) });
    expect(second?.data).toEqual(['r1']);
    expect(second?.event.state).toEqual({});
    expect(second?.event.window).toEqual(first?.event.window);
    expect(last?.event).toMatchObject({ Records: [], isFinalInvokeForWindow: true, isWindowTerminatedEarly: false });
  });

  it('§3 keep the state of what came before a reported record, and retry the rest with it', async () => {
    await finals('partial', 1);

    expect(outline(probes.calls('partial')).slice(0, 2)).toEqual([
      [['r0', 'r1', 'r2'], {}, false, false],
      [['r1', 'r2'], { seen: ['r0', 'r2'] }, false, false],
    ]);
  });

  it('§3 suspend their shard until the final call succeeds', async () => {
    await eventually(() => expect(probes.batches('failingFinal')).toContainEqual(['later']));
    const calls = probes.calls('failingFinal');

    expect(calls.slice(0, 5).map(({ event }) => event.isFinalInvokeForWindow)).toEqual([false, true, true, true, true]);
    expect(new Set(calls.slice(1, 5).map(({ event }) => JSON.stringify(event))).size).toBe(1);
    await expect(probes.setAside('failingFinal', 0)).resolves.toEqual([]);
  });

  it('§13.14 close with their shard; the children start with {}', async () => {
    await finals('split', 2);
    const [parent, final, child] = probes.calls('split');

    expect(outline([parent, final, child] as Call[])).toEqual([
      [['r0'], {}, false, false],
      [[], { seen: ['r0'] }, true, false],
      [['r1'], {}, false, false],
    ]);
    expect(final?.event.shardId).toBe('shardId-000000000000');
    expect(child?.event.shardId).not.toBe('shardId-000000000000');
  });

  it('§3 move the checkpoint once the final call has succeeded', async () => {
    const last = probes.calls('quiet')[0]?.event.Records.at(-1)?.kinesis.sequenceNumber;

    await eventually(() => expect(probes.checkpoint('quiet')).toEqual({ after: last }));
  });
});
