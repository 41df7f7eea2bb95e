import * as kinesis from '@aws-sdk/client-kinesis';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { KinesisService } from '../../../local/event-source-mapping/kinesis-service.ts';
import { StreamShard } from '../../../local/event-source-mapping/stream-shard.ts';

interface Sent {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

/** A shard of records 1…n as `GetRecords` gives it out; an iterator says after which record it reads. */
const sent: Sent[] = [];
let written = 0;
let refused = new Map<string, string>();
const client = {
  send: async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    sent.push({ name: command.constructor.name, input: command.input });
    await new Promise((resolve) => setImmediate(resolve));
    const { input } = command;
    if (input.ShardIteratorType) {
      const after = { LATEST: written, AFTER_SEQUENCE_NUMBER: Number(input.StartingSequenceNumber) }[
        `${input.ShardIteratorType}`
      ];
      return { ShardIterator: `${after ?? 0}` };
    }
    const iterator = `${input.ShardIterator}`;
    const name = refused.get(iterator);
    if (refused.delete(iterator)) throw Object.assign(new Error('no'), { name });
    const after = Number(iterator);
    const last = Math.min(written, after + Number(input.Limit));
    const Records = Array.from({ length: last - after }, (_, index) => ({
      SequenceNumber: `${after + index + 1}`,
      PartitionKey: 'k',
      Data: Buffer.from(`{"n":${after + index + 1}}`),
      ApproximateArrivalTimestamp: new Date(1_000),
    }));
    return { Records, NextShardIterator: `${last}`, MillisBehindLatest: 0 };
  },
} as unknown as kinesis.KinesisClient;

const reads = () => sent.filter(({ name }) => name === 'GetRecordsCommand').length;
const numbersOf = ({ records }: { records: readonly { sequenceNumber: string }[] }) =>
  records.map(({ sequenceNumber }) => Number(sequenceNumber));
let shard: StreamShard;
beforeEach(() => {
  sent.length = 0;
  written = 3;
  refused = new Map();
  shard = new StreamShard(new KinesisService(client, kinesis, 'stream'), 'shardId-000000000000');
});

describe('a shard that several mappings read', () => {
  it('is read once for those that ask for the same at the same time', async () => {
    const all = await Promise.all([1, 2, 3].map(() => shard.read('TRIM_HORIZON')));

    expect(all.map(numbersOf)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(reads()).toBe(1);
  });

  it('is read once for one that asks a little later, or for a part', async () => {
    await shard.read('TRIM_HORIZON');

    expect(numbersOf(await shard.read('TRIM_HORIZON'))).toEqual([1, 2, 3]);
    expect(numbersOf(await shard.read({ after: '1' }))).toEqual([2, 3]);
    expect(reads()).toBe(1);
  });

  it('tells the later one that there may be more, once something was written', async () => {
    expect((await shard.read('TRIM_HORIZON')).more).toBe(false);
    written++;
    shard.written();

    expect((await shard.read('TRIM_HORIZON')).more).toBe(true);
    expect(numbersOf(await shard.read({ after: '3' }))).toEqual([4]);
  });

  const told = (from: number, to: number, after = from > 1 ? `${from - 1}` : undefined) => ({
    after,
    records: Array.from({ length: to - from + 1 }, (_, index) => ({
      sequenceNumber: `${from + index}`,
      partitionKey: 'k',
      arrivedAtMs: 1_000,
      data: Buffer.from(`{"n":${from + index}}`).toString('base64'),
    })),
  });

  it('is not read for what its engine told of its writes', async () => {
    await shard.read('TRIM_HORIZON');
    shard.written(told(4, 5));
    shard.written(told(6, 6));

    const both = [await shard.read({ after: '3' }), await shard.read({ after: '5' })];
    expect(both.map(numbersOf)).toEqual([[4, 5, 6], [6]]);
    expect(both.map(({ more, ended }) => more || ended)).toEqual([false, false]);
    expect(both[0]?.json(0)).toEqual({ data: { n: 4 } });
    expect(reads()).toBe(1);
  });

  it('is read for what came before that, or in between', async () => {
    written = 5;
    shard.written(told(5, 5));
    expect(numbersOf(await shard.read({ after: '3' }))).toEqual([4, 5]);
    written = 8;
    shard.written(told(8, 8)); // of 6 and 7 it was told nothing

    expect(numbersOf(await shard.read({ after: '5' }))).toEqual([6, 7, 8]);
    expect(reads()).toBe(2);
  });

  it('keeps the newest of what its engine told, and reads the rest', async () => {
    const large = (from: number, to: number) => {
      const { after, records } = told(from, to);
      return { after, records: records.map((record) => ({ ...record, data: 'x'.repeat(300_000) })) };
    };
    written = 20;
    for (let number = 1; number <= 20; number += 2) shard.written(large(number, number + 1));

    expect(numbersOf(await shard.read({ after: '18' }))).toEqual([19, 20]);
    expect(reads()).toBe(0);
    expect(numbersOf(await shard.read({ after: '10' }))).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(reads()).toBe(1);
  });

  it('keeps no more of many records without data', async () => {
    const empty = told(1, 20_000).records.map((record) => ({ ...record, data: '' }));
    written = 20_000;
    shard.written({ after: undefined, records: empty });

    expect(numbersOf(await shard.read({ after: '19999' }))).toEqual([20_000]);
    expect(reads()).toBe(0);
    await shard.read({ after: '1' });
    expect(reads()).toBe(1);
  });

  it('parses the data of a record once', async () => {
    const one = await shard.read('TRIM_HORIZON');
    const other = await shard.read({ after: '1' });

    expect(one.json(1)).toEqual({ data: { n: 2 } });
    expect(other.json(0)).toBe(one.json(1));
  });

  it('keeps its place by the iterators it is given', async () => {
    await shard.read('TRIM_HORIZON');
    await shard.read({ after: '3' });
    await shard.read({ after: '3' });

    expect(sent.map(({ name }) => name)).toEqual([
      'GetShardIteratorCommand',
      'GetRecordsCommand',
      'GetRecordsCommand',
      'GetRecordsCommand',
    ]);
  });

  it.each([
    ['has expired', 'ExpiredIteratorException'],
    ['is ahead of a clock that was set back', 'InvalidArgumentException'],
  ])('goes on after the last record when an iterator %s', async (_, name) => {
    await shard.read('TRIM_HORIZON');
    refused.set('3', name);
    written++;

    expect(numbersOf(await shard.read({ after: '3' }))).toEqual([4]);
    expect(sent.at(-2)?.input).toMatchObject({
      ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
      StartingSequenceNumber: '3',
    });
  });

  it('goes on from the moment of LATEST when that iterator has expired unused', async () => {
    await shard.seekEnd(5_000);
    expect(numbersOf(await shard.read({ sinceMs: 5_000 }))).toEqual([]);
    refused.set('3', 'ExpiredIteratorException');
    await shard.read({ sinceMs: 5_000 });

    expect(sent.at(-2)?.input).toMatchObject({ ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(5_000) });
  });

  it('reads on where a call brought as much as it may', async () => {
    written = 20_000;

    const { records, more } = await shard.read('TRIM_HORIZON');
    expect(records.length).toBeLessThanOrEqual(10_000);
    expect(more).toBe(true);
  });
});
