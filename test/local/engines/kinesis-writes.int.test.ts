import {
  DeleteStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  PutRecordCommand,
  PutRecordsCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { eventually, sideBySide } from '../../support/eventually.ts';
import { data, useKinesis } from './use-kinesis.ts';

const { send, createStream, put, iteratorOf, read } = useKinesis();

describe('writes that come together', () => {
  it('keep their order by sequence number, and each has an answer of its own', async () => {
    await createStream('crowd', 1);
    const calls = Array.from({ length: 200 }, (_, index) => {
      if (index % 20 === 7) {
        const ExplicitHashKey = '999999999999999999999999999999999999999';
        const input = { StreamName: 'crowd', PartitionKey: 'a', Data: data('refused'), ExplicitHashKey };
        return send(new PutRecordCommand(input));
      }
      if (index % 20 !== 13) return put('crowd', 'a', `single-${index}`);
      const Records = [0, 1, 2].map((of) => ({ PartitionKey: 'a', Data: data(`batch-${index}-${of}`) }));
      return send(new PutRecordsCommand({ StreamName: 'crowd', Records }));
    });
    const results = await Promise.allSettled(calls);
    const refused = results.flatMap((result) => (result.status === 'rejected' ? [result.reason.name] : []));
    expect(refused).toEqual(Array(10).fill('InvalidArgumentException'));

    const { ShardIterator } = await send(
      new GetShardIteratorCommand({
        StreamName: 'crowd',
        ShardId: 'shardId-000000000000',
        ShardIteratorType: 'TRIM_HORIZON',
      }),
    );
    const { Records = [] } = await send(new GetRecordsCommand({ ShardIterator }));
    const numbers = Records.map(({ SequenceNumber }) => BigInt(String(SequenceNumber)));
    expect(numbers).toEqual([...numbers].sort((a, b) => (a < b ? -1 : 1)));
    const textOf = new Map(Records.map((record) => [record.SequenceNumber, new TextDecoder().decode(record.Data)]));
    expect(textOf.size).toBe(180 + 10 * 3);
    results.forEach((result, index) => {
      if (result.status === 'rejected') return;
      const output = result.value;
      if ('SequenceNumber' in output) expect(textOf.get(output.SequenceNumber)).toBe(`single-${index}`);
      else if ('Records' in output) {
        const texts = output.Records?.map(({ SequenceNumber }) => textOf.get(SequenceNumber));
        expect(texts).toEqual([0, 1, 2].map((of) => `batch-${index}-${of}`));
      }
    });
  });

  it('go to the children of a shard that is split meanwhile, and none is lost', async () => {
    await createStream('split', 1);
    const keys = Array.from({ length: 150 }, (_, index) => `key-${index}`);
    const splitting = send(
      new SplitShardCommand({
        StreamName: 'split',
        ShardToSplit: 'shardId-000000000000',
        NewStartingHashKey: '170141183460469231731687303715884105728',
      }),
    );
    await sideBySide(keys, 16, (key) => put('split', key));
    await splitting;
    const late = await put('split', 'late');
    expect(late.ShardId).not.toBe('shardId-000000000000');
    const { Shards = [] } = await send(new ListShardsCommand({ StreamName: 'split' }));
    expect(Shards).toHaveLength(3);
    const found: string[] = [];
    for (const { ShardId } of Shards) {
      const { texts } = await read(await iteratorOf('split', 'TRIM_HORIZON', { ShardId }));
      found.push(...texts);
    }
    expect(found.sort()).toEqual([...keys, 'late'].sort());
  });

  it('are refused once the stream is deleted, and taken again once it is made again', async () => {
    await createStream('gone', 1);
    await put('gone', 'a');
    await send(new DeleteStreamCommand({ StreamName: 'gone' }));
    await eventually(() => expect(put('gone', 'a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' }));
    await eventually(() => createStream('gone', 1));
    await put('gone', 'a', 'anew');
    expect((await read(await iteratorOf('gone', 'TRIM_HORIZON'))).texts).toEqual(['anew']);
  });
});
