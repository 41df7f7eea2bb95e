import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { laptopPace } from '../../../local/pace.ts';
import { eventually } from '../../support/eventually.ts';
import { names, type Probe, runProbes } from '../../support/probe.ts';

const gated = ({ data, opened }: { data: string[]; opened(): Promise<void> }) =>
  data.includes('gate') ? opened() : undefined;

const probes = runProbes({
  byDefault: {},
  one: { mapping: { BatchSize: 1 } },
  ten: { mapping: { BatchSize: 10 } },
  largest: { mapping: { BatchSize: 10_000 } },
  atOnce: {},
  gathering: { mapping: { MaximumBatchingWindowInSeconds: 1 } },
  fullBefore: { mapping: { MaximumBatchingWindowInSeconds: 300, BatchSize: 5 } },
  large: { mapping: { BatchSize: 100 }, function: { Timeout: 30 } },
  largeWindow: { mapping: { BatchSize: 100, MaximumBatchingWindowInSeconds: 300 }, function: { Timeout: 30 } },
  shards: { shards: 3 },
  held: { handler: gated },
  many: { mapping: { BatchSize: 500 } },
} satisfies Record<string, Probe>);

const sizes = (name: Parameters<typeof probes.batches>[0]) => probes.batches(name).map((batch) => batch.length);

describe('a batch', () => {
  it('§1.1 takes 100 records by default', async () => {
    await probes.put('byDefault', names(0, 250));
    await probes.called('byDefault', 3);

    expect(sizes('byDefault')).toEqual([100, 100, 50]);
    expect(probes.batches('byDefault').flat()).toEqual(names(0, 250));
  });

  it('§1.1 takes as few as one record', async () => {
    await probes.put('one', names(0, 3));
    await probes.called('one', 3);

    expect(probes.batches('one')).toEqual([['r0'], ['r1'], ['r2']]);
  });

  it('§1.1 takes as many as its size', async () => {
    await probes.put('ten', names(0, 25));
    await probes.called('ten', 3);

    expect(sizes('ten')).toEqual([10, 10, 5]);
  });

  it('§1.1 may take up to 10,000 records', async () => {
    await probes.put('largest', names(0, 500));
    await probes.called('largest', 1);

    expect(sizes('largest')).toEqual([500]);
  });

  it('§1.2 without a window starts with a single record', async () => {
    await probes.put('atOnce', ['r0']);
    await probes.called('atOnce', 1);
    await probes.put('atOnce', ['r1']);
    await probes.called('atOnce', 2);

    expect(probes.batches('atOnce')).toEqual([['r0'], ['r1']]);
  });

  it('§1.2 takes together what arrived while the one before it was handled', async () => {
    await probes.put('held', ['gate']);
    await probes.called('held', 1);
    for (const name of names(0, 3)) await probes.put('held', [name]);
    probes.open('held');
    await probes.called('held', 2);

    expect(probes.batches('held')).toEqual([['gate'], ['r0', 'r1', 'r2']]);
  });

  it('§1.2 gathers what arrives within its window', async () => {
    for (const name of names(0, 3)) {
      await probes.put('gathering', [name]);
      await sleep(20);
    }
    await probes.called('gathering', 1);

    // Windows follow each other from the start on, so the records may fall into two of them.
    await eventually(() => expect(probes.batches('gathering').flat()).toEqual(names(0, 3)));
    expect(sizes('gathering').length).toBeLessThanOrEqual(2);
  });

  it('§1.2 does not wait for its window once it is full', async () => {
    await probes.put('fullBefore', names(0, 12));
    await probes.called('fullBefore', 2);

    expect(sizes('fullBefore')).toEqual([5, 5]);
  });

  it('§1.2 ends before its payload outgrows 6 MB, base64 and envelope included', async () => {
    const record = 'x'.repeat(900_000);
    for (let call = 0; call < 2; call++) await probes.put('large', Array(6).fill(record));
    await eventually(() => expect(probes.batches('large').flat()).toHaveLength(12), 15_000);

    for (const { event } of probes.calls('large')) {
      expect(event.Records.length).toBeLessThanOrEqual(5);
      expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThanOrEqual(6_291_556);
    }
  });

  it('§1.2 starts as soon as 6 MB are there, however long its window', async () => {
    await probes.put('largeWindow', Array(6).fill('x'.repeat(900_000)));
    await probes.called('largeWindow', 1);

    expect(sizes('largeWindow')).toEqual([5]);
  });

  it('§1.2 never mixes shards', async () => {
    await probes.put('shards', names(0, 60), (index) => `key-${index}`);
    await eventually(() => expect(probes.batches('shards').flat()).toHaveLength(60));

    const shardsOf = probes
      .calls('shards')
      .map(({ event }) => new Set(event.Records.map(({ eventID }) => eventID.split(':')[0])));
    for (const shards of shardsOf) expect(shards.size).toBe(1);
    expect(new Set(shardsOf.flatMap((shards) => [...shards])).size).toBe(3);
  });

  it('§1.2 holds records in the order of their shard, and every record comes once', async () => {
    for (let call = 0; call < 6; call++) await probes.put('many', names(call * 500, 500));
    await eventually(() => expect(probes.batches('many').flat()).toHaveLength(3_000));

    expect(probes.batches('many').flat()).toEqual(names(0, 3_000));
  });
});

describe('a shard at which nothing is going on', () => {
  const quiet = runProbes({ quiet: {} }, { pace: { ...laptopPace, pollIntervalMs: 60_000 } });
  const readsOfEngine = async () => {
    const { calls } = await quiet.stack.metrics();
    return calls.filter(({ action }) => action === 'GetRecords').reduce((sum, call) => sum + call.calls, 0);
  };

  it('is not read once more when a batch of it is done', async () => {
    await quiet.put('quiet', ['r0']);
    await quiet.called('quiet', 1);
    const before = await readsOfEngine();
    for (let count = 2; count <= 10; count++) {
      await quiet.put('quiet', [`r${count}`]);
      await quiet.called('quiet', count);
    }
    expect(await readsOfEngine()).toBe(before);
  });
});
