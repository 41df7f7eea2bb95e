import {
  DescribeStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  IncreaseStreamRetentionPeriodCommand,
  ListShardsCommand,
  MergeShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import type { Written } from '../../../local/engines/kinesis.ts';
import { eventually } from '../../support/eventually.ts';
import { data, useKinesis } from './use-kinesis.ts';

const writes: (readonly [string, Written])[] = [];
const { send, createStream, put, iteratorOf, read } = useKinesis((...write) => writes.push(write));

describe('a stream', () => {
  it('is in the account and region of the local runtime, and active at once', async () => {
    expect(await createStream('account')).toBe('arn:aws:kinesis:us-east-1:000000000000:stream/account');
  });

  it('is found by its ARN alone', async () => {
    const StreamARN = await createStream('by-arn');
    const { Records } = await send(
      new PutRecordsCommand({ StreamARN, Records: [{ PartitionKey: 'a', Data: data('one') }] }),
    );
    const ShardId = Records?.[0]?.ShardId;
    expect((await send(new ListShardsCommand({ StreamARN }))).Shards).toHaveLength(2);
    expect((await send(new DescribeStreamCommand({ StreamARN }))).StreamDescription?.Shards).toHaveLength(2);
    const { ShardIterator } = await send(
      new GetShardIteratorCommand({ StreamARN, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    expect((await read(String(ShardIterator))).texts).toEqual(['one']);
  });

  it('may have as many shards as it wants, several streams together', async () => {
    await createStream('wide-1', 40);
    await createStream('wide-2', 40);
    expect((await send(new ListShardsCommand({ StreamName: 'wide-2' }))).Shards).toHaveLength(40);
  });

  it('keeps records for a year, if it is told to', async () => {
    await createStream('long');
    await send(new IncreaseStreamRetentionPeriodCommand({ StreamName: 'long', RetentionPeriodHours: 8_760 }));
    const { StreamDescription } = await send(new DescribeStreamCommand({ StreamName: 'long' }));
    expect(StreamDescription?.RetentionPeriodHours).toBe(8_760);
  });
});

describe('onWrite', () => {
  const shardsOf = (stream: string) =>
    new Set(writes.filter(([name]) => name === stream).flatMap(([, written]) => Object.keys(written)));

  it('hears of a single record with the shard that it went to', async () => {
    await createStream('written');
    const { ShardId } = await put('written', 'a');
    await eventually(() => expect([...shardsOf('written')]).toEqual([ShardId]));
  });

  it('hears of a batch with every shard written to', async () => {
    await createStream('written-batch', 4);
    const keys = Array.from({ length: 100 }, (_, index) => `key-${index}`);
    await send(
      new PutRecordsCommand({
        StreamName: 'written-batch',
        Records: keys.map((key) => ({ PartitionKey: key, Data: data(key) })),
      }),
    );
    await eventually(() => expect(shardsOf('written-batch').size).toBe(4));
    expect(writes.filter(([name]) => name === 'written-batch')).toHaveLength(1);
  });

  it('hears of every record as a reader finds it, none left out, whatever is written side by side', async () => {
    await createStream('told', 1);
    const put50 = async (from: string) => {
      const Records = Array.from({ length: 50 }, (_, index) => ({
        PartitionKey: `${from}-${index}`,
        Data: data(`${index}`),
      }));
      await send(new PutRecordsCommand({ StreamName: 'told', Records }));
    };
    await Promise.all(['a', 'b', 'c', 'd'].flatMap((from) => [put50(from), put('told', from)]));

    const { Records = [] } = await send(
      new GetRecordsCommand({ ShardIterator: await iteratorOf('told', 'TRIM_HORIZON') }),
    );
    const told = () => writes.flatMap(([name, written]) => (name === 'told' ? Object.values(written) : []));
    await eventually(() => expect(told().flatMap(({ records }) => records)).toHaveLength(204));
    expect(told().flatMap(({ records }) => records)).toEqual(
      Records.map(({ SequenceNumber, PartitionKey, ApproximateArrivalTimestamp, Data }) => ({
        sequenceNumber: SequenceNumber,
        partitionKey: PartitionKey,
        arrivedAtMs: ApproximateArrivalTimestamp?.getTime(),
        data: Buffer.from(Data as Uint8Array).toString('base64'),
      })),
    );
    expect(told().map(({ after }) => after)).toEqual([
      undefined,
      ...told()
        .slice(0, -1)
        .map(({ records }) => records.at(-1)?.sequenceNumber),
    ]);
  });

  it('hears nothing of a write that was refused', async () => {
    await expect(put('no-such-stream', 'a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await put('written', 'b');
    await eventually(() => expect(writes.at(-1)?.[0]).toBe('written'));
    expect(shardsOf('no-such-stream').size).toBe(0);
  });
});

describe('a reader', () => {
  it('that found nothing keeps its place', async () => {
    await createStream('empty', 1);
    for (const type of ['TRIM_HORIZON', 'LATEST'] as const) {
      const { next } = await read(await iteratorOf('empty', type));
      await put('empty', 'a', type);
      const { texts, next: onward } = await read(String(next));
      expect(texts).toEqual([type]);
      expect((await read(String(onward))).texts).toEqual([]);
    }
  });

  it('reads on after the last record that it was given', async () => {
    await createStream('onward', 1);
    await put('onward', 'a', 'one');
    const first = await read(await iteratorOf('onward', 'TRIM_HORIZON'));
    expect(first.texts).toEqual(['one']);
    const empty = await read(String(first.next));
    expect(empty.texts).toEqual([]);
    await put('onward', 'a', 'two');
    expect((await read(String(empty.next))).texts).toEqual(['two']);
  });

  it('of a closed shard comes to its end', async () => {
    await createStream('merged', 2);
    await send(
      new MergeShardsCommand({
        StreamName: 'merged',
        ShardToMerge: 'shardId-000000000000',
        AdjacentShardToMerge: 'shardId-000000000001',
      }),
    );
    let iterator: string | undefined = await iteratorOf('merged', 'TRIM_HORIZON');
    await eventually(async () => {
      iterator = (await read(String(iterator))).next;
      expect(iterator).toBeUndefined();
    });
  });

  it('gets 10 MiB at most, and is told that there is more', async () => {
    await createStream('large', 1);
    const Records = Array.from({ length: 4 }, () => ({ PartitionKey: 'a', Data: new Uint8Array(1_000_000) }));
    for (let calls = 0; calls < 3; calls++) await send(new PutRecordsCommand({ StreamName: 'large', Records }));

    const first = await send(new GetRecordsCommand({ ShardIterator: await iteratorOf('large', 'TRIM_HORIZON') }));
    const rest = await send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));

    expect([first.Records?.length, rest.Records?.length]).toEqual([10, 2]);
    expect(first.MillisBehindLatest).toBeGreaterThan(0);
    expect(rest.MillisBehindLatest).toBe(0);
  });

  it('starts at a moment, also where no record is as young', async () => {
    await createStream('moment', 1);
    await put('moment', 'a', 'old');
    const between = await eventually(async () => {
      const now = Date.now();
      expect((await read(await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(now) }))).texts).toEqual([]);
      return now;
    });
    const young = await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(between) });
    await put('moment', 'a', 'new');
    expect((await read(young)).texts).toEqual(['new']);
    expect((await read(await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(between) }))).texts).toEqual([
      'new',
    ]);
    expect((await read(await iteratorOf('moment', 'AT_TIMESTAMP', { Timestamp: new Date(0) }))).texts).toEqual([
      'old',
      'new',
    ]);
  });
});
