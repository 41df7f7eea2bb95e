import {
  DeleteTableCommand,
  DescribeTableCommand,
  type StreamViewType,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, GetRecordsCommand, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../support/eventually.ts';
import { scratchFolder } from '../scratch.ts';
import { dynamoDb, iterator, key, newTable, put, recordsOf, start, stop, streams } from './streams-engine.ts';

describe('a stream in time', () => {
  it('ends when it is switched off, stays readable, and a new one begins', async () => {
    const { TableName, StreamArn } = await newTable('NEW_IMAGE');
    await put(TableName, key('before'));
    const change = (StreamSpecification: { StreamEnabled: boolean; StreamViewType?: StreamViewType }) =>
      dynamoDb.send(new UpdateTableCommand({ TableName, StreamSpecification }));
    await expect(change({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' })).rejects.toThrow(
      'already has an enabled stream',
    );
    await expect(change({ StreamEnabled: true })).rejects.toThrow('StreamViewType');
    await change({ StreamEnabled: false });
    await expect(change({ StreamEnabled: false })).rejects.toThrow('already has a disabled stream');
    await put(TableName, key('between'));
    const { TableDescription } = await change({ StreamEnabled: true, StreamViewType: 'KEYS_ONLY' });
    await put(TableName, key('after'));

    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    expect(StreamDescription?.StreamStatus).toBe('DISABLED');
    const [only] = await recordsOf(StreamArn);
    expect(only?.dynamodb?.Keys).toEqual(key('before'));
    expect(StreamDescription?.Shards?.[0]?.SequenceNumberRange?.EndingSequenceNumber).toBe(
      only?.dynamodb?.SequenceNumber,
    );
    const ending = await streams.send(new GetRecordsCommand({ ShardIterator: await iterator(StreamArn) }));
    expect(ending.NextShardIterator).toBeUndefined();
    const next = await recordsOf(TableDescription?.LatestStreamArn as string);
    expect(next.map(({ dynamodb }) => dynamodb?.Keys)).toEqual([key('after')]);
  });

  it('outlives its table, whose items leave no records when it is deleted', async () => {
    const { TableName, StreamArn } = await newTable('NEW_IMAGE');
    await put(TableName, key('a'));
    await dynamoDb.send(new DeleteTableCommand({ TableName }));
    await eventually(() =>
      expect(dynamoDb.send(new DescribeTableCommand({ TableName }))).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      }),
    );
    expect((await recordsOf(StreamArn)).map(({ eventName }) => eventName)).toEqual(['INSERT']);
  });

  it('takes its time from the clock that the engine is given, whatever that says', async () => {
    const time = new SharedArrayBuffer(8);
    new Float64Array(time)[0] = 2_500.5;
    await stop();
    await start({ path: scratchFolder(), time });
    const { TableName, StreamArn } = await newTable('NEW_IMAGE');
    await put(TableName, key('a'));
    const [record] = await recordsOf(StreamArn);
    await stop();
    await start();

    expect(record?.dynamodb).toMatchObject({ ApproximateCreationDateTime: new Date(2_000), NewImage: key('a') });
    expect(StreamArn).toMatch(/1970-01-01T00:00:02\.500$/);
  });

  it('is kept over a restart, goes on with its numbers, and is trimmed after its time', async () => {
    const { TableName, StreamArn } = await newTable('NEW_IMAGE');
    const off = await newTable('NEW_IMAGE');
    await put(TableName, key('a'));
    await put(TableName, key('b'));
    await dynamoDb.send(new DeleteTableCommand({ TableName: off.TableName }));
    const before = await recordsOf(StreamArn);
    await stop();
    await start();
    expect(await recordsOf(StreamArn)).toEqual(before);
    await put(TableName, key('c'));
    const last = (await recordsOf(StreamArn)).at(-1)?.dynamodb?.SequenceNumber as string;
    expect(last > (before[1]?.dynamodb?.SequenceNumber as string)).toBe(true);

    await stop();
    await start({ retentionMs: 0 });
    expect(await recordsOf(StreamArn)).toEqual([]);
    const SequenceNumber = before[0]?.dynamodb?.SequenceNumber;
    await expect(
      iterator(StreamArn, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber }),
    ).rejects.toMatchObject({
      name: 'TrimmedDataAccessException',
    });
    expect(await recordsOf(StreamArn, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: last })).toEqual(
      [],
    );
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName: off.TableName }));
    expect(Streams).toEqual([]);

    await stop();
    await start();
    await put(TableName, key('d'));
    const [first] = await recordsOf(StreamArn);
    expect((first?.dynamodb?.SequenceNumber as string) > last).toBe(true);
  });
});
