import { BatchWriteItemCommand, DeleteItemCommand, PutItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { describe, expect, it } from '@jest/globals';
import { eventually } from '../../../support/eventually.ts';
import { brief, dynamoDb, heard, key, newTable, put, recordsOf, shardOf, streams } from './streams-engine.ts';

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
