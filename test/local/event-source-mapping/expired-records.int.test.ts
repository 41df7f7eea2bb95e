import { DescribeStreamCommand, SplitShardCommand } from '@aws-sdk/client-kinesis';
import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { clientOf } from '../../support/client-of.ts';
import { eventually } from '../../support/eventually.ts';
import { names, runProbes } from '../../support/probe.ts';

const clock = new VirtualClock();
const probes = runProbes({ paused: { mapping: { Enabled: false } } }, { clock });

/** Splits the stream's one shard, and waits until that is done. */
const split = async () => {
  const StreamName = probes.streamOf('paused');
  await probes.kinesis.send(
    new SplitShardCommand({
      StreamName,
      ShardToSplit: 'shardId-000000000000',
      NewStartingHashKey: String(2n ** 127n),
    }),
  );
  await eventually(async () => {
    const { StreamDescription } = await probes.kinesis.send(new DescribeStreamCommand({ StreamName }));
    expect(StreamDescription?.Shards).toHaveLength(3);
  });
};

const enable = async () => {
  const lambda = new LambdaClient({ ...clientOf(probes.stack, 'LAMBDA'), maxAttempts: 1 });
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID: probes.mappingOf('paused'), Enabled: true }));
  lambda.destroy();
};

describe('a mapping that was paused for longer than its stream keeps a record', () => {
  it('§1.3 reads a closed shard to its end, past pages of records that are gone for their age', async () => {
    for (let first = 0; first < 1_200; first += 400) await probes.put('paused', names(first, 400));
    await clock.run(() => clock.sleep(24.5 * 3_600_000));
    await probes.put('paused', ['young']);
    await split();
    await enable();

    await clock.run(() => probes.called('paused', 1));
    expect(probes.batches('paused')).toEqual([['young']]);
  });
});
