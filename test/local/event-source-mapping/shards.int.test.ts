import { DescribeStreamCommand, MergeShardsCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.ts';
import { dataOf, names, type Probe, runProbes } from '../../support/probe.ts';

const middle = String(2n ** 127n);
/** Keeps order visible: sleeps a little, so that lanes overlap if they may. */
const slow = async () => {
  await new Promise((resolve) => setTimeout(resolve, 20));
};

const probes = runProbes(
  {
    serial: { handler: slow, mapping: { BatchSize: 1 } },
    lanes: { handler: slow, mapping: { BatchSize: 1, ParallelizationFactor: 3 } },
    failingLane: {
      handler: ({ data }) => {
        if (data.includes('poison')) throw new Error('poison');
      },
      mapping: { BatchSize: 1, ParallelizationFactor: 4 },
    },
    lanePoison: {
      handler: ({ data }) => {
        if (data.includes('r3')) throw new Error('poison');
      },
      mapping: { ParallelizationFactor: 4, BisectBatchOnFunctionError: true, MaximumRetryAttempts: 1 },
      onFailure: 's3',
    },
    failingShard: {
      handler: ({ data }) => {
        if (data.includes('poison')) throw new Error('poison');
      },
      mapping: { BatchSize: 1 },
      shards: 2,
    },
    split: { handler: ({ data, opened }) => (data.includes('gate') ? opened() : undefined) },
    waiting: { handler: ({ opened }) => opened() },
    merge: { shards: 2 },
    idleSplit: {},
  } satisfies Record<string, Probe>,
  { environments: 4 },
);

/** The key's last character is the lane's doing: these fall into different lanes of four. */
const spread = (index: number) => `key-${index}`;
/** Splits the first shard, and waits until records go to its children. */
const split = async (name: Parameters<typeof probes.streamOf>[0]) => {
  const StreamName = probes.streamOf(name);
  await probes.kinesis.send(
    new SplitShardCommand({ StreamName, ShardToSplit: 'shardId-000000000000', NewStartingHashKey: middle }),
  );
  await resharded(StreamName);
};
const merge = async (name: Parameters<typeof probes.streamOf>[0]) => {
  const StreamName = probes.streamOf(name);
  const [ShardToMerge, AdjacentShardToMerge] = ['shardId-000000000000', 'shardId-000000000001'];
  await probes.kinesis.send(new MergeShardsCommand({ StreamName, ShardToMerge, AdjacentShardToMerge }));
  await resharded(StreamName);
};
const resharded = (StreamName: string) =>
  eventually(async () => {
    const { StreamDescription } = await probes.kinesis.send(new DescribeStreamCommand({ StreamName }));
    expect(StreamDescription?.StreamStatus).toBe('ACTIVE');
    expect(StreamDescription?.Shards).toHaveLength(3);
  });
const shardsOf = (name: Parameters<typeof probes.calls>[0]) =>
  probes.calls(name).map(({ event }) => event.Records[0]?.eventID.split(':')[0]?.at(-1));

describe('lanes', () => {
  it('§1.3 by default a shard has one batch in flight', async () => {
    await probes.put('serial', names(0, 6), spread);
    const calls = await probes.called('serial', 6);

    expect(calls.flatMap(({ data }) => data)).toEqual(names(0, 6));
    const gaps = calls.slice(1).map(({ atMs }, index) => atMs - (calls[index]?.atMs ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(19);
  });

  it('§1.3 a parallelization factor has several batches of a shard in flight', async () => {
    await probes.put('lanes', names(0, 30), spread);
    const calls = await probes.called('lanes', 30);

    const gaps = calls.slice(1).map(({ atMs }, index) => atMs - (calls[index]?.atMs ?? 0));
    expect(gaps.filter((gap) => gap < 15).length).toBeGreaterThan(5);
  });

  it('§1.3 lanes keep the order of each partition key', async () => {
    const before = probes.calls('lanes').length;
    await probes.put('lanes', names(0, 40), (index) => `key-${index % 5}`);
    const calls = (await probes.called('lanes', before + 40)).slice(before);

    for (let key = 0; key < 5; key++) {
      const ofKey = calls.flatMap(({ data }) => data).filter((name) => Number(name.slice(1)) % 5 === key);
      expect(ofKey).toEqual(names(0, 40).filter((_, index) => index % 5 === key));
    }
  });

  it('§1.3 a failing lane stops no other, and the checkpoint stays before its record', async () => {
    const before = await probes.put('failingLane', ['first'], () => 'p');
    await probes.called('failingLane', 1);
    await probes.put('failingLane', ['poison'], () => 'p');
    await probes.put('failingLane', names(0, 20), spread);
    await eventually(() => {
      const delivered = new Set(probes.batches('failingLane').flat());
      expect(names(0, 20).filter((name) => delivered.has(name)).length).toBeGreaterThan(10);
    });

    expect(probes.checkpoint('failingLane')).toEqual({ after: before[0] });
  });

  it('§1.3 each lane bisects on its own, and the checkpoint ends at the last record', async () => {
    const sequenceNumbers = await probes.put('lanePoison', names(0, 20), spread);
    const records = await probes.setAside('lanePoison', 1);
    await eventually(() => expect(probes.checkpoint('lanePoison')).toEqual({ after: sequenceNumbers.at(-1) }));

    expect(records.map(dataOf)).toEqual([['r3']]);
  });
});

describe('shards', () => {
  it('§12 a failing shard never stops another', async () => {
    // MD5 puts key-0 and key-1 into different halves of the hash range.
    await probes.put('failingShard', ['poison'], () => 'key-0');
    await probes.called('failingShard', 3);
    const others = Array.from({ length: 20 }, (_, index) => `o${index}`);
    await probes.put('failingShard', others, (index) => `key-${index + 1}`);
    await eventually(() => {
      const delivered = new Set(probes.batches('failingShard').flat());
      expect(others.filter((name) => delivered.has(name)).length).toBeGreaterThan(5);
    });

    expect(probes.batches('failingShard').flat()).toContain('poison');
  });

  it('§1.2 a parent is finished before its children are begun', async () => {
    await probes.put('split', ['gate']);
    await probes.called('split', 1);
    await probes.put('split', names(0, 10), spread);
    await split('split');
    await probes.put('split', names(10, 10), spread);
    probes.open('split');
    await eventually(() => expect(probes.batches('split').flat()).toHaveLength(21));

    const shards = shardsOf('split');
    expect(shards.slice(0, 2)).toEqual(['0', '0']);
    expect(new Set(shards.slice(2))).toEqual(new Set(['1', '2']));
    expect(probes.batches('split')[1]).toEqual(names(0, 10));
  });

  it('§1.2 the order of a key is kept across a split', () => {
    const delivered = probes.batches('split').flat();
    for (let index = 0; index < 10; index++)
      expect(delivered.indexOf(`r${index}`)).toBeLessThan(delivered.indexOf(`r${index + 10}`));
  });

  it('§1.2 a shard read to its end is remembered as done', async () => {
    await eventually(() => expect(probes.checkpoint('split')).toEqual({ ended: true }));
  });

  it('§1.2 children that wait for their parent are looked up once, however much is written to them', async () => {
    const listings = async () => {
      const { calls } = await probes.stack.metrics();
      return calls.find(({ action }) => action === 'ListShards')?.calls ?? 0;
    };
    await probes.put('waiting', ['gate']);
    await probes.called('waiting', 1);
    await split('waiting');
    const before = await listings();
    for (let index = 0; index < 20; index++) await probes.put('waiting', [`r${index}`], () => spread(index));
    const after = await listings();
    probes.open('waiting');
    await eventually(() => expect(probes.batches('waiting').flat()).toHaveLength(21));

    expect(after - before).toBeLessThanOrEqual(2); // one for each child at most
  });

  it('§1.2 a merged shard is begun when both parents are finished', async () => {
    await probes.put('merge', names(0, 20), spread);
    await merge('merge');
    await probes.put('merge', names(20, 20), spread);
    await eventually(() => expect(probes.batches('merge').flat()).toHaveLength(40));

    const shards = shardsOf('merge');
    expect(shards.indexOf('2')).toBeGreaterThan(Math.max(shards.lastIndexOf('0'), shards.lastIndexOf('1')));
    const child = probes.calls('merge').slice(shards.indexOf('2'));
    expect(child.flatMap(({ data }) => data)).toEqual(names(20, 20));
  });

  it('§1.2 children are found without anything being written to them', async () => {
    await split('idleSplit');
    await eventually(() => expect(probes.checkpoint('idleSplit')).toEqual({ ended: true }));
    await probes.put('idleSplit', names(0, 4), spread);
    await eventually(() => expect(probes.batches('idleSplit').flat().sort()).toEqual(names(0, 4)));
  });
});
