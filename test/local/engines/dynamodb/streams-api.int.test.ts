import {
  DescribeStreamCommand,
  GetRecordsCommand,
  ListStreamsCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from '@jest/globals';
import { engine, iterator, key, newTable, put, recordsOf, streams } from './streams-engine.ts';

describe('the API', () => {
  it('describes a stream, and lists those of a table', async () => {
    const { TableName, StreamArn, table } = await newTable('NEW_IMAGE');
    const label = table?.LatestStreamLabel ?? '';
    expect(StreamArn).toBe(`arn:aws:dynamodb:us-east-1:000000000000:table/${TableName}/stream/${label}`);
    expect(label).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/);
    expect(table?.StreamSpecification).toEqual({ StreamEnabled: true, StreamViewType: 'NEW_IMAGE' });
    const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
    expect(StreamDescription).toMatchObject({
      StreamArn,
      StreamLabel: label,
      StreamStatus: 'ENABLED',
      StreamViewType: 'NEW_IMAGE',
      TableName,
      KeySchema: table?.KeySchema,
      Shards: [{ SequenceNumberRange: { StartingSequenceNumber: expect.any(String) } }],
    });
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName }));
    expect(Streams).toEqual([{ StreamArn, TableName, StreamLabel: label }]);
  });

  it('lists every stream once, a page at a time', async () => {
    const own = [await newTable('KEYS_ONLY'), await newTable('KEYS_ONLY'), await newTable('KEYS_ONLY')];
    const seen: (string | undefined)[] = [];
    let ExclusiveStartStreamArn: string | undefined;
    do {
      const page = await streams.send(new ListStreamsCommand({ Limit: 2, ExclusiveStartStreamArn }));
      seen.push(...(page.Streams ?? []).map((stream) => stream.StreamArn));
      ExclusiveStartStreamArn = page.LastEvaluatedStreamArn;
    } while (ExclusiveStartStreamArn);
    expect(seen).toEqual([...new Set(seen)]);
    expect(seen).toEqual(expect.arrayContaining(own.map(({ StreamArn }) => StreamArn)));
  });

  it('reads from each kind of position, and goes on where a page ended', async () => {
    const { TableName, StreamArn } = await newTable('KEYS_ONLY');
    for (const id of ['a', 'b', 'c']) await put(TableName, key(id));
    const latest = await iterator(StreamArn, { ShardIteratorType: 'LATEST' });
    const ids = (records: StreamRecord[]) => records.map(({ dynamodb }) => dynamodb?.Keys?.id?.S);
    const all = await recordsOf(StreamArn);
    expect(ids(all)).toEqual(['a', 'b', 'c']);
    const SequenceNumber = all[1]?.dynamodb?.SequenceNumber;
    expect(ids(await recordsOf(StreamArn, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', SequenceNumber }))).toEqual([
      'b',
      'c',
    ]);
    expect(ids(await recordsOf(StreamArn, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber }))).toEqual([
      'c',
    ]);

    await put(TableName, key('d'));
    expect(ids((await streams.send(new GetRecordsCommand({ ShardIterator: latest }))).Records ?? [])).toEqual(['d']);
    const first = await streams.send(new GetRecordsCommand({ ShardIterator: await iterator(StreamArn), Limit: 2 }));
    const second = await streams.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
    expect([ids(first.Records ?? []), ids(second.Records ?? [])]).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ]);
    const third = await streams.send(new GetRecordsCommand({ ShardIterator: second.NextShardIterator }));
    expect(third.Records).toEqual([]);
    expect(third.NextShardIterator).toBeDefined();
  });

  it('gives out about a megabyte at a time', async () => {
    const { TableName, StreamArn } = await newTable('NEW_IMAGE');
    for (let n = 0; n < 6; n++) await put(TableName, { ...key('large', n), v: { S: 'x'.repeat(300_000) } });
    const page = await streams.send(new GetRecordsCommand({ ShardIterator: await iterator(StreamArn) }));
    expect(page.Records).toHaveLength(4);
    expect(await recordsOf(StreamArn)).toHaveLength(6);
  });

  it.each([
    [
      'a stream that is not there',
      () =>
        streams.send(
          new DescribeStreamCommand({
            StreamArn: `arn:aws:dynamodb:us-east-1:000000000000:table/none/stream/2026-01-01T00:00:00.000`,
          }),
        ),
      'ResourceNotFoundException',
      'Stream: arn:aws:dynamodb:us-east-1:000000000000:table/none',
    ],
    [
      'a shard that is not there',
      async () =>
        iterator((await newTable('KEYS_ONLY')).StreamArn, { ShardId: 'shardId-00000000000000000000-00000000' }),
      'ResourceNotFoundException',
      'Shard does not exist',
    ],
    [
      'an unknown kind of position',
      async () => iterator((await newTable('KEYS_ONLY')).StreamArn, { ShardIteratorType: 'AT_TIMESTAMP' as 'LATEST' }),
      'ValidationException',
      "'shardIteratorType'",
    ],
    [
      'a sequence number that is none',
      async () =>
        iterator((await newTable('KEYS_ONLY')).StreamArn, {
          ShardIteratorType: 'AT_SEQUENCE_NUMBER',
          SequenceNumber: '../x',
        }),
      'ValidationException',
      'SequenceNumber',
    ],
    [
      'no sequence number',
      async () => iterator((await newTable('KEYS_ONLY')).StreamArn, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' }),
      'ValidationException',
      "'sequenceNumber'",
    ],
    [
      'a damaged iterator',
      () => streams.send(new GetRecordsCommand({ ShardIterator: 'x|1|????' })),
      'ValidationException',
      'Invalid ShardIterator',
    ],
    [
      'a limit of none',
      async () =>
        streams.send(
          new GetRecordsCommand({ ShardIterator: await iterator((await newTable('KEYS_ONLY')).StreamArn), Limit: 0 }),
        ),
      'ValidationException',
      "'limit'",
    ],
    [
      'a limit above a thousand',
      async () =>
        streams.send(
          new GetRecordsCommand({
            ShardIterator: await iterator((await newTable('KEYS_ONLY')).StreamArn),
            Limit: 1_001,
          }),
        ),
      'ValidationException',
      '1000',
    ],
  ] as [string, () => Promise<unknown>, string, string][])('refuses %s', async (_, call, name, sentence) => {
    const refusal = await call().catch((error: Error) => error);
    expect(refusal).toMatchObject({ name, message: expect.stringContaining(sentence) });
  });

  it.each(['{"StreamArn":', '[]', '"text"', '', `{"StreamArn":"${'x'.repeat(70_000)}"}`, '{"StreamArn":7}'])(
    'answers the body %.20s with 400',
    async (body) => {
      const headers = {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': 'DynamoDBStreams_20120810.DescribeStream',
        authorization: 'AWS4-HMAC-SHA256 x',
      };
      const response = await fetch(engine.url, { method: 'POST', headers, body });
      expect([response.status, await response.json()]).toEqual([
        400,
        expect.objectContaining({ __type: expect.stringContaining('Exception') }),
      ]);
    },
  );
});
