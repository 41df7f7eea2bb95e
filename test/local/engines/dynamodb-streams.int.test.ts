import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  type StreamViewType,
  UpdateItemCommand,
  UpdateTableCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorInput,
  ListStreamsCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { startDynamoDb } from '../../../local/engines/dynamodb.ts';
import type { Engine } from '../../../local/engines/engine.ts';
import { eventually } from '../../support/eventually.ts';
import { client, scratchFolder, started } from './scratch.ts';

const path = scratchFolder();
const heard: [string, readonly string[]][] = [];
let engine: Engine;
let dynamoDb: DynamoDBClient;
let streams: DynamoDBStreamsClient;

const start = async (options: { readonly retentionMs?: number } = {}) => {
  engine = await started(startDynamoDb({ path, onWrite: (...write) => heard.push(write), ...options }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  streams = new DynamoDBStreamsClient({ ...client, endpoint: engine.url });
};
const stop = async () => {
  dynamoDb.destroy();
  streams.destroy();
  await engine.close();
};
beforeAll(() => start());

let tables = 0;

/** A new table, keyed by `id` and `n`, with a stream; answers with its name and the stream's ARN. */
const newTable = async (view?: StreamViewType) => {
  const TableName = `table-${++tables}`;
  await dynamoDb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'n', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
      ...(view && { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
    }),
  );
  const table = await eventually(async () => {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableStatus).toBe('ACTIVE');
    return Table;
  });
  return { TableName, StreamArn: table?.LatestStreamArn as string, table };
};

type Item = Record<string, AttributeValue>;
const key = (id: string, n = 1): Item => ({ id: { S: id }, n: { N: String(n) } });
const put = (TableName: string, Item: Item) => dynamoDb.send(new PutItemCommand({ TableName, Item }));

const shardOf = async (StreamArn: string) => {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  return StreamDescription?.Shards?.[0]?.ShardId as string;
};

const iterator = async (StreamArn: string, position: Partial<GetShardIteratorInput> = {}) => {
  const ShardId = await shardOf(StreamArn);
  const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON', ...position } as const;
  return (await streams.send(new GetShardIteratorCommand(input))).ShardIterator;
};

/** Every record from a position to the present end. */
const recordsOf = async (StreamArn: string, position: Partial<GetShardIteratorInput> = {}) => {
  const records: StreamRecord[] = [];
  let ShardIterator = await iterator(StreamArn, position);
  for (let more = true; more && ShardIterator; ) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
    records.push(...(page.Records ?? []));
    ShardIterator = page.NextShardIterator;
    more = (page.Records ?? []).length > 0;
  }
  return records;
};

const brief = ({ eventName, dynamodb }: StreamRecord) => [
  eventName,
  dynamodb?.OldImage?.v?.S,
  dynamodb?.NewImage?.v?.S,
];

describe('the stream of a table', () => {
  it('has one record a change, in order, with both images', async () => {
    const { TableName, StreamArn } = await newTable('NEW_AND_OLD_IMAGES');
    await put(TableName, { ...key('a'), v: { S: 'one' } });
    await dynamoDb.send(
      new UpdateItemCommand({
        TableName,
        Key: key('a'),
        UpdateExpression: 'SET v = :v',
        ExpressionAttributeValues: { ':v': { S: 'two' } },
      }),
    );
    await put(TableName, { ...key('a'), v: { S: 'three' } });
    await dynamoDb.send(new DeleteItemCommand({ TableName, Key: key('a') }));
    await dynamoDb.send(new UpdateItemCommand({ TableName, Key: key('b') }));
    const records = await recordsOf(StreamArn);

    expect(records.map(brief)).toEqual([
      ['INSERT', undefined, 'one'],
      ['MODIFY', 'one', 'two'],
      ['MODIFY', 'two', 'three'],
      ['REMOVE', 'three', undefined],
      ['INSERT', undefined, undefined],
    ]);
    const numbers = records.map(({ dynamodb }) => dynamodb?.SequenceNumber as string);
    expect(numbers).toEqual([...new Set(numbers)].sort());
    for (const number of numbers) expect(number).toMatch(/^\d{21,40}$/);
  });

  it('has the fields of AWS', async () => {
    const { TableName, StreamArn } = await newTable('NEW_AND_OLD_IMAGES');
    await put(TableName, {
      ...key('x', 101),
      message: { S: 'New item!' },
      имя: { S: 'ё' },
      raw: { B: Buffer.from('foobar') },
    });
    const [record] = await recordsOf(StreamArn);

    expect(record).toEqual({
      awsRegion: 'us-east-1',
      dynamodb: {
        ApproximateCreationDateTime: expect.any(Date),
        Keys: key('x', 101),
        NewImage: {
          ...key('x', 101),
          message: { S: 'New item!' },
          имя: { S: 'ё' },
          raw: { B: new Uint8Array(Buffer.from('foobar')) },
        },
        SequenceNumber: expect.any(String),
        SizeBytes: 2 * (2 + 1 + 1 + 3) + (7 + 9) + (6 + 2) + (3 + 6),
        StreamViewType: 'NEW_AND_OLD_IMAGES',
      },
      eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      eventVersion: '1.1',
    });
    const atMs = record?.dynamodb?.ApproximateCreationDateTime?.getTime() ?? 0;
    expect(atMs % 1_000).toBe(0);
    expect(Math.abs(Date.now() - atMs)).toBeLessThan(10_000);
  });

  it.each([
    ['KEYS_ONLY', []],
    ['NEW_IMAGE', ['NewImage']],
    ['OLD_IMAGE', ['OldImage']],
    ['NEW_AND_OLD_IMAGES', ['NewImage', 'OldImage']],
  ] as const)('shows with %s the keys and %j', async (view, images) => {
    const { TableName, StreamArn } = await newTable(view);
    await put(TableName, { ...key('a'), v: { S: 'one' } });
    await put(TableName, { ...key('a'), v: { S: 'two' } });
    const [, record] = await recordsOf(StreamArn);
    const { Keys, NewImage, OldImage } = record?.dynamodb ?? {};

    expect(Object.entries({ NewImage, OldImage }).flatMap(([name, image]) => (image ? [name] : []))).toEqual(images);
    expect(Keys).toEqual(key('a'));
    expect(record?.eventName).toBe('MODIFY');
  });

  it('§13.19 has no record of what changes nothing: the same item, a failed condition, no such item', async () => {
    const { TableName, StreamArn } = await newTable('NEW_AND_OLD_IMAGES');
    const item = { ...key('a'), set: { SS: ['x', 'y'] }, map: { M: { one: { N: '1' }, two: { BOOL: true } } } };
    await put(TableName, item);
    await put(TableName, item);
    await put(TableName, {
      map: { M: { two: { BOOL: true }, one: { N: '1.0' } } },
      set: { SS: ['y', 'x'] },
      ...key('a'),
    });
    const condition = { ConditionExpression: 'attribute_not_exists(id)' };
    const refused = { name: 'ConditionalCheckFailedException' };
    await expect(dynamoDb.send(new PutItemCommand({ TableName, Item: key('a'), ...condition }))).rejects.toMatchObject(
      refused,
    );
    await expect(
      dynamoDb.send(new DeleteItemCommand({ TableName, Key: key('a'), ...condition })),
    ).rejects.toMatchObject(refused);
    await dynamoDb.send(new DeleteItemCommand({ TableName, Key: key('nobody') }));
    await dynamoDb.send(
      new UpdateItemCommand({
        TableName,
        Key: key('a'),
        UpdateExpression: 'SET #map.one = :one',
        ExpressionAttributeNames: { '#map': 'map' },
        ExpressionAttributeValues: { ':one': { N: '1' } },
      }),
    );

    expect((await recordsOf(StreamArn)).map(({ eventName }) => eventName)).toEqual(['INSERT']);
  });

  it('has a record for each item that a batch changes, and none for tables without a stream', async () => {
    const { TableName, StreamArn } = await newTable('NEW_IMAGE');
    const { TableName: other, table } = await newTable();
    await put(TableName, key('gone'));
    await dynamoDb.send(
      new BatchWriteItemCommand({
        RequestItems: {
          [TableName]: [
            { PutRequest: { Item: key('a') } },
            { PutRequest: { Item: key('b') } },
            { DeleteRequest: { Key: key('gone') } },
            { DeleteRequest: { Key: key('nobody') } },
          ],
          [other]: [{ PutRequest: { Item: key('c') } }],
        },
      }),
    );
    const records = await recordsOf(StreamArn);

    expect(
      records
        .slice(1)
        .map(({ eventName, dynamodb }) => `${eventName} ${dynamodb?.Keys?.id?.S}`)
        .sort(),
    ).toEqual(['INSERT a', 'INSERT b', 'REMOVE gone']);
    expect(table?.LatestStreamArn).toBeUndefined();
    const { Streams } = await streams.send(new ListStreamsCommand({ TableName: other }));
    expect(Streams).toEqual([]);
  });

  it('keeps the order of every item under writers side by side', async () => {
    const { TableName, StreamArn } = await newTable('NEW_AND_OLD_IMAGES');
    const update = (id: string) =>
      dynamoDb.send(
        new UpdateItemCommand({
          TableName,
          Key: key(id),
          UpdateExpression: 'ADD #count :one',
          ExpressionAttributeNames: { '#count': 'count' },
          ExpressionAttributeValues: { ':one': { N: '1' } },
        }),
      );
    const ids = ['a', 'b', 'c', 'd'];
    await Promise.all(ids.flatMap((id) => Array.from({ length: 50 }, () => update(id))));
    const records = await recordsOf(StreamArn);

    for (const id of ids) {
      const own = records.filter(({ dynamodb }) => dynamodb?.Keys?.id?.S === id);
      expect(own.map(({ dynamodb }) => Number(dynamodb?.NewImage?.count?.N))).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      );
      expect(own.slice(1).map(({ dynamodb }) => Number(dynamodb?.OldImage?.count?.N))).toEqual(
        Array.from({ length: 49 }, (_, i) => i + 1),
      );
    }
  });

  it('is told of soon after a write', async () => {
    const { TableName, StreamArn } = await newTable('KEYS_ONLY');
    await put(TableName, key('a'));

    const shardId = await shardOf(StreamArn);
    await eventually(() => expect(heard).toContainEqual([StreamArn, [shardId]]));
  });
});

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
    const path = scratchFolder();
    const given = await started(startDynamoDb({ path, time }));
    const usual = [dynamoDb, streams] as const;
    dynamoDb = new DynamoDBClient({ ...client, endpoint: given.url });
    streams = new DynamoDBStreamsClient({ ...client, endpoint: given.url });
    const { TableName, StreamArn } = await newTable('NEW_IMAGE');
    await put(TableName, key('a'));
    const [record] = await recordsOf(StreamArn);
    dynamoDb.destroy();
    streams.destroy();
    [dynamoDb, streams] = usual;

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
