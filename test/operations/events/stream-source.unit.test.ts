import {
  ExpiredIteratorException,
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
  ProvisionedThroughputExceededException,
} from '@aws-sdk/client-kinesis';
import { describe, expect, it } from '@jest/globals';
import { readStream } from '../../../operations/events/stream-source.ts';

type Answer = Partial<GetRecordsCommandOutput> | Error;

/** A stream whose shards answer one read after the other so, and then that they hold no more. */
const stream = (shards: Readonly<Record<string, readonly Answer[]>>) => {
  const left = new Map(Object.entries(shards).map(([shardId, answers]) => [shardId, [...answers]]));
  const asked: GetShardIteratorCommandInput[] = [];
  const send = async (command: object) => {
    if (command instanceof ListShardsCommand) return { Shards: [...left.keys()].map((ShardId) => ({ ShardId })) };
    if (command instanceof GetShardIteratorCommand) {
      asked.push(command.input);
      return { ShardIterator: command.input.ShardId };
    }
    if (!(command instanceof GetRecordsCommand)) throw new Error('not expected');
    const { ShardIterator = '' } = command.input;
    const answer = left.get(ShardIterator)?.shift() ?? { Records: [], MillisBehindLatest: 0 };
    if (answer instanceof Error) throw answer;
    return { NextShardIterator: ShardIterator, ...answer };
  };
  return { kinesis: { send } as unknown as KinesisClient, asked };
};

const record = (SequenceNumber: string) => ({
  SequenceNumber,
  PartitionKey: 'a1/v1',
  Data: new Uint8Array(),
  ApproximateArrivalTimestamp: new Date(1_000),
});
const metadata = { $metadata: {}, message: 'Rate exceeded for shard' };
const throttled = () => new ProvisionedThroughputExceededException(metadata);

/** The sequence numbers that were read. */
const read = async (kinesis: KinesisClient, signal = new AbortController().signal) => {
  const taken: string[] = [];
  const range = { beginning: () => undefined, toMs: 2_000, signal };
  await readStream(kinesis, 'orders', range, ({ sequenceNumber }) => void taken.push(sequenceNumber));
  return taken;
};

/** How many pauses are going on. */
const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;

describe('reading the stream', () => {
  it('waits while others have read as much of a shard as it gives', async () => {
    const { kinesis } = stream({
      s: [throttled(), { Records: [record('1')] }, throttled(), { Records: [record('2')] }],
    });
    expect(await read(kinesis)).toEqual(['1', '2']);
  });

  it('goes on behind the last record where an iterator has expired', async () => {
    const expired = () => new ExpiredIteratorException(metadata);
    const { kinesis, asked } = stream({ s: [expired(), { Records: [record('1')] }, expired()] });
    expect(await read(kinesis)).toEqual(['1']);
    expect(
      asked.map(({ ShardIteratorType, StartingSequenceNumber }) => [ShardIteratorType, StartingSequenceNumber]),
    ).toEqual([
      ['TRIM_HORIZON', undefined],
      ['TRIM_HORIZON', undefined],
      ['AFTER_SEQUENCE_NUMBER', '1'],
    ]);
  });

  it('ends for every shard once one can’t be read', async () => {
    const endless = Array.from({ length: 5 }, (_, n) => ({ Records: [record(`${n}`)] }));
    const { kinesis } = stream({ busy: endless, forbidden: [new Error('AccessDenied')] });
    const before = timers();
    await expect(read(kinesis)).rejects.toThrow('AccessDenied');
    expect(timers()).toBe(before);
  });

  it('ends where it is interrupted, though a shard gives nothing', async () => {
    const interrupted = new AbortController();
    const { kinesis } = stream({ s: Array.from({ length: 1_000 }, throttled) });
    const reading = read(kinesis, interrupted.signal);
    interrupted.abort();
    expect(await reading).toEqual([]);
  });
});
