import * as sdk from '@aws-sdk/client-kinesis';
import { data, useKinesis } from './use-kinesis.ts';

const { send, createStream, put, iteratorOf, read } = useKinesis();

const openShards = async (StreamName: string) => {
  const { Shards = [] } = await send(new sdk.ListShardsCommand({ StreamName, ShardFilter: { Type: 'AT_LATEST' } }));
  return Shards;
};
const name = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing',
    (error: Error) => error.name,
  );

describe('a stream', () => {
  it("has four shards on demand, and their number is not the caller's to change", async () => {
    const StreamName = 'on-demand';
    await send(new sdk.CreateStreamCommand({ StreamName, StreamModeDetails: { StreamMode: 'ON_DEMAND' } }));
    const { StreamDescriptionSummary: summary } = await send(new sdk.DescribeStreamSummaryCommand({ StreamName }));
    expect(summary).toMatchObject({ OpenShardCount: 4, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    const scale = () =>
      send(new sdk.UpdateShardCountCommand({ StreamName, TargetShardCount: 8, ScalingType: 'UNIFORM_SCALING' }));
    expect(await name(scale())).toBe('ValidationException');

    const StreamARN = summary?.StreamARN;
    await send(new sdk.UpdateStreamModeCommand({ StreamARN, StreamModeDetails: { StreamMode: 'PROVISIONED' } }));
    expect(await scale()).toMatchObject({ CurrentShardCount: 4, TargetShardCount: 8 });
    expect(await openShards(StreamName)).toHaveLength(8);
  });

  it('is refused a second time, and without a number of shards', async () => {
    await createStream('once');
    expect(await name(send(new sdk.CreateStreamCommand({ StreamName: 'once', ShardCount: 1 })))).toBe(
      'ResourceInUseException',
    );
    await expect(send(new sdk.CreateStreamCommand({ StreamName: 'none' }))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining("Value null at 'shardCount' failed to satisfy constraint"),
    });
  });

  it('keeps its records from a day to a year, and longer or shorter by the call for it', async () => {
    await createStream('kept');
    const increase = (hours: number) => name(send(new sdk.IncreaseStreamRetentionPeriodCommand(of(hours))));
    const decrease = (hours: number) => name(send(new sdk.DecreaseStreamRetentionPeriodCommand(of(hours))));
    const of = (RetentionPeriodHours: number) => ({ StreamName: 'kept', RetentionPeriodHours });
    expect(await increase(8_761)).toBe('InvalidArgumentException');
    expect(await increase(100)).toBe('nothing');
    expect(await increase(99)).toBe('InvalidArgumentException');
    expect(await decrease(101)).toBe('InvalidArgumentException');
    expect(await decrease(23)).toBe('InvalidArgumentException');
    expect(await decrease(24)).toBe('nothing');
  });

  it('is listed with the others, in pages', async () => {
    for (const each of ['list-1', 'list-2', 'list-3']) await createStream(each, 1);
    const first = await send(new sdk.ListStreamsCommand({ ExclusiveStartStreamName: 'list', Limit: 2 }));
    expect(first).toMatchObject({ StreamNames: ['list-1', 'list-2'], HasMoreStreams: true });
    expect(first.StreamSummaries?.[0]).toMatchObject({ StreamName: 'list-1', StreamStatus: 'ACTIVE' });
    const second = await send(new sdk.ListStreamsCommand({ NextToken: first.NextToken, Limit: 1 }));
    expect(second.StreamNames).toEqual(['list-3']);
  });

  it('has tags, in pages', async () => {
    const StreamName = 'tagged';
    await createStream(StreamName);
    await send(new sdk.AddTagsToStreamCommand({ StreamName, Tags: { a: '1', b: '2', c: '' } }));
    await send(new sdk.RemoveTagsFromStreamCommand({ StreamName, TagKeys: ['b', 'z'] }));
    const page = await send(new sdk.ListTagsForStreamCommand({ StreamName, Limit: 1 }));
    expect(page).toMatchObject({ Tags: [{ Key: 'a', Value: '1' }], HasMoreTags: true });
    const rest = await send(new sdk.ListTagsForStreamCommand({ StreamName, ExclusiveStartTagKey: 'a' }));
    expect(rest).toMatchObject({ Tags: [{ Key: 'c', Value: '' }], HasMoreTags: false });
    expect(await name(send(new sdk.AddTagsToStreamCommand({ StreamName, Tags: { 'a*': '' } })))).toBe(
      'InvalidArgumentException',
    );
  });

  it('takes records of the size that it is set to, with their keys', async () => {
    const StreamARN = await createStream('large', 1);
    const putBytes = (count: number) => name(put('large', 'a', 'x'.repeat(count)));
    expect(await putBytes(1_048_576)).toBe('InvalidArgumentException');
    expect(await putBytes(1_048_575)).toBe('nothing');
    await send(new sdk.UpdateMaxRecordSizeCommand({ StreamARN, MaxRecordSizeInKiB: 10_240 }));
    expect(await putBytes(10_485_759)).toBe('nothing');
    expect(await putBytes(10_485_761)).toBe('ValidationException');
    const Records = Array.from({ length: 2 }, () => ({ PartitionKey: 'a', Data: new Uint8Array(5_242_880) }));
    await expect(send(new sdk.PutRecordsCommand({ StreamARN, Records }))).rejects.toThrow(
      'Records size exceeds 10 MB limit',
    );
  });
});

describe('shards', () => {
  it('are doubled, merged to three and halved, each with the same share, and keys keep their order', async () => {
    const StreamName = 'scaled';
    const StreamARN = await createStream(StreamName, 2);
    const numbers = new Map<string, bigint>();
    const scale = async (TargetShardCount: number) => {
      await send(new sdk.UpdateShardCountCommand({ StreamARN, TargetShardCount, ScalingType: 'UNIFORM_SCALING' }));
      const shards = await openShards(StreamName);
      const starts = shards.map(({ HashKeyRange }) => BigInt(HashKeyRange?.StartingHashKey ?? -1));
      const even = Array.from(
        { length: TargetShardCount },
        (_, at) => (2n ** 128n * BigInt(at)) / BigInt(TargetShardCount),
      );
      expect(starts.sort((a, b) => (a < b ? -1 : 1))).toEqual(even);
      for (let key = 0; key < 20; key++) {
        const { SequenceNumber, ShardId } = await put(StreamName, `key-${key}`);
        const number = BigInt(SequenceNumber ?? 0);
        expect(number).toBeGreaterThan(numbers.get(`key-${key}`) ?? 0n);
        expect(shards.map((shard) => shard.ShardId)).toContain(ShardId);
        numbers.set(`key-${key}`, number);
      }
    };
    for (const count of [2, 4, 3, 6, 3, 2]) await scale(count);
    for (const count of [5, 0]) {
      const call = new sdk.UpdateShardCountCommand({
        StreamARN,
        TargetShardCount: count,
        ScalingType: 'UNIFORM_SCALING',
      });
      expect(await name(send(call))).toBe(count === 5 ? 'LimitExceededException' : 'ValidationException');
    }
    expect(await name(scale(1))).toBe('nothing');
  });

  it('are listed in pages, and by a filter', async () => {
    const StreamName = 'filtered';
    const StreamARN = await createStream(StreamName, 3);
    const first = await send(new sdk.ListShardsCommand({ StreamARN, MaxResults: 2 }));
    const second = await send(new sdk.ListShardsCommand({ NextToken: first.NextToken }));
    expect([first.Shards?.length, second.Shards?.length, second.NextToken]).toEqual([2, 1, undefined]);
    expect(await name(send(new sdk.ListShardsCommand({ StreamARN, NextToken: first.NextToken })))).toBe(
      'InvalidArgumentException',
    );
    await send(
      new sdk.MergeShardsCommand({
        StreamName,
        ShardToMerge: 'shardId-000000000001',
        AdjacentShardToMerge: 'shardId-000000000000',
      }),
    );
    const ids = async (ShardFilter: sdk.ShardFilter) =>
      (await send(new sdk.ListShardsCommand({ StreamName, ShardFilter }))).Shards?.map(({ ShardId }) =>
        Number(ShardId?.slice(8)),
      );
    expect(await ids({ Type: 'AT_LATEST' })).toEqual([2, 3]);
    expect(await ids({ Type: 'FROM_TRIM_HORIZON' })).toEqual([0, 1, 2, 3]);
    expect(await ids({ Type: 'AFTER_SHARD_ID', ShardId: 'shardId-000000000001' })).toEqual([2, 3]);
    expect(await ids({ Type: 'FROM_TIMESTAMP', Timestamp: new Date() })).toEqual([2, 3]);
  });

  it('that are closed end with their children, and are neither split nor merged again', async () => {
    const StreamName = 'closed';
    await createStream(StreamName, 1);
    await put(StreamName, 'a', 'before');
    const split = () =>
      send(
        new sdk.SplitShardCommand({
          StreamName,
          ShardToSplit: 'shardId-000000000000',
          NewStartingHashKey: String(2n ** 127n),
        }),
      );
    await split();
    expect(await name(split())).toBe('ResourceInUseException');
    const { texts, next } = await read(await iteratorOf(StreamName, 'TRIM_HORIZON'));
    expect(texts).toEqual(['before']);
    const end = await send(new sdk.GetRecordsCommand({ ShardIterator: next }));
    expect(end.NextShardIterator).toBeUndefined();
    expect(end.ChildShards).toEqual([
      expect.objectContaining({ ShardId: 'shardId-000000000001', ParentShards: ['shardId-000000000000'] }),
      expect.objectContaining({ ShardId: 'shardId-000000000002', ParentShards: ['shardId-000000000000'] }),
    ]);
  });
});

describe('a position', () => {
  const at = (StreamName: string, StartingSequenceNumber: string | undefined, type = 'AFTER_SEQUENCE_NUMBER') =>
    iteratorOf(StreamName, type as sdk.ShardIteratorType, { StartingSequenceNumber });

  it('of another stream, of a stream of that name before, or beyond the newest record is refused', async () => {
    await createStream('positions', 1);
    await createStream('others', 1);
    const { SequenceNumber } = await put('positions', 'a');
    const { SequenceNumber: foreign } = await put('others', 'a');
    const message = 'is invalid because it did not come from this stream.';
    const refusal = { name: 'InvalidArgumentException', message: expect.stringContaining(message) };
    await expect(at('positions', foreign)).rejects.toMatchObject(refusal);
    await expect(at('positions', String(BigInt(SequenceNumber ?? 0) + 2n ** 80n))).rejects.toMatchObject(refusal);
    await expect(at('positions', '17')).rejects.toThrow('is invalid.');
    await send(new sdk.DeleteStreamCommand({ StreamName: 'positions' }));
    await createStream('positions', 1);
    await put('positions', 'a');
    await expect(at('positions', SequenceNumber)).rejects.toMatchObject(refusal);
  });

  it('needs what its type asks for', async () => {
    await createStream('typed', 1);
    const { SequenceNumber } = await put('typed', 'a');
    expect(await name(at('typed', SequenceNumber, 'LATEST'))).toBe('InvalidArgumentException');
    expect(await name(at('typed', undefined))).toBe('InvalidArgumentException');
    expect(await name(at('typed', undefined, 'AT_TIMESTAMP'))).toBe('InvalidArgumentException');
    const Timestamp = new Date(Date.now() + 60_000);
    expect(await name(iteratorOf('typed', 'AT_TIMESTAMP', { Timestamp }))).toBe('InvalidArgumentException');
    expect(await name(read('AAAA'))).toBe('InvalidArgumentException');
  });
});

describe('a record', () => {
  it('goes to the shard of its explicit hash key, and above the number that it is ordered after', async () => {
    const StreamName = 'explicit';
    await createStream(StreamName, 2);
    const input = { StreamName, PartitionKey: 'a', Data: data('1') };
    const ExplicitHashKey = String(2n ** 128n - 1n);
    const first = await send(new sdk.PutRecordCommand({ ...input, ExplicitHashKey }));
    expect(first.ShardId).toBe('shardId-000000000001');
    const SequenceNumberForOrdering = first.SequenceNumber;
    const second = await send(new sdk.PutRecordCommand({ ...input, ExplicitHashKey, SequenceNumberForOrdering }));
    expect(BigInt(second.SequenceNumber ?? 0)).toBeGreaterThan(BigInt(first.SequenceNumber ?? 0));
    const foreign = { ...input, SequenceNumberForOrdering: '4'.repeat(56) };
    expect(await name(send(new sdk.PutRecordCommand(foreign)))).toBe('InvalidArgumentException');
  });

  it('is refused with every constraint that it breaks', async () => {
    await expect(
      send(new sdk.PutRecordsCommand({ StreamName: '*', Records: [{ PartitionKey: '', Data: data('1') }] })),
    ).rejects.toThrow(
      "2 validation errors detected: Value '*' at 'streamName' failed to satisfy constraint: Member must satisfy regular " +
        "expression pattern: [a-zA-Z0-9_.-]+; Value '' at 'records.1.member.partitionKey' failed to satisfy " +
        'constraint: Member must have length greater than or equal to 1',
    );
  });
});

describe('a consumer', () => {
  it('is registered, listed, described and deregistered', async () => {
    const StreamARN = await createStream('consumed');
    const { Consumer } = await send(new sdk.RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'fast' }));
    expect(Consumer?.ConsumerARN).toMatch(new RegExp(`^${StreamARN}/consumer/fast:\\d{10}$`));
    expect(await name(send(new sdk.RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'fast' })))).toBe(
      'ResourceInUseException',
    );
    await send(new sdk.RegisterStreamConsumerCommand({ StreamARN, ConsumerName: 'slow' }));
    const first = await send(new sdk.ListStreamConsumersCommand({ StreamARN, MaxResults: 1 }));
    const second = await send(new sdk.ListStreamConsumersCommand({ StreamARN, NextToken: first.NextToken }));
    expect([first, second].map(({ Consumers }) => Consumers?.map(({ ConsumerName }) => ConsumerName))).toEqual([
      ['fast'],
      ['slow'],
    ]);
    expect(await name(send(new sdk.DeleteStreamCommand({ StreamARN })))).toBe('ResourceInUseException');
    const { ConsumerARN } = Consumer ?? {};
    await send(new sdk.DeregisterStreamConsumerCommand({ ConsumerARN }));
    expect(await name(send(new sdk.DescribeStreamConsumerCommand({ ConsumerARN })))).toBe('ResourceNotFoundException');
    const { ConsumerDescription } = await send(
      new sdk.DescribeStreamConsumerCommand({ StreamARN, ConsumerName: 'slow' }),
    );
    expect(ConsumerDescription).toMatchObject({ ConsumerStatus: 'ACTIVE', StreamARN });
    await send(new sdk.DeleteStreamCommand({ StreamARN, EnforceConsumerDeletion: true }));
  });
});

describe('limits', () => {
  it('count the open shards of all streams', async () => {
    const before = await send(new sdk.DescribeLimitsCommand({}));
    await createStream('counted', 7);
    const after = await send(new sdk.DescribeLimitsCommand({}));
    expect((after.OpenShardCount ?? 0) - (before.OpenShardCount ?? 0)).toBe(7);
    const ShardCount = (after.ShardLimit ?? 0) - (after.OpenShardCount ?? 0) + 1;
    expect(await name(send(new sdk.CreateStreamCommand({ StreamName: 'many', ShardCount })))).toBe(
      'LimitExceededException',
    );
  });
});
