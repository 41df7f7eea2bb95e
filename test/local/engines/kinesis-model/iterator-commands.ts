import type fc from 'fast-check';
import { fail, outputOf, same } from './checks.ts';
import { hold, ran } from './commands.ts';
import type { Driver } from './driver.ts';
import type { Model, ModelShard, ModelStream } from './model.ts';

type Command = fc.AsyncCommand<Model, Driver>;

export const iteratorTypes = [
  'TRIM_HORIZON',
  'LATEST',
  'AT_SEQUENCE_NUMBER',
  'AFTER_SEQUENCE_NUMBER',
  'AT_TIMESTAMP',
] as const;

interface Start {
  readonly input: Record<string, unknown>;
  readonly place: number;
}

const startOf = (driver: Driver, { records }: ModelShard, type: string, at: number): Start | undefined => {
  const record = records[at % records.length];
  const ShardIteratorType = type;
  if (type === 'TRIM_HORIZON') return { input: { ShardIteratorType }, place: 0 };
  if (type === 'LATEST' || record === undefined)
    return { input: { ShardIteratorType: 'LATEST' }, place: records.length };
  const place = records.indexOf(record);
  if (type !== 'AT_TIMESTAMP') {
    const input = { ShardIteratorType, StartingSequenceNumber: record.number };
    return { input, place: type === 'AT_SEQUENCE_NUMBER' ? place : place + 1 };
  }
  const nowMs = driver.inside?.now();
  if (nowMs === undefined || record.arrivedMs === undefined) return undefined;
  const sinceMs = Math.min(nowMs, record.arrivedMs + (at % 3) - 1);
  const first = records.findIndex(({ arrivedMs = 0 }) => arrivedMs >= sinceMs);
  return { input: { ShardIteratorType, Timestamp: sinceMs / 1_000 }, place: first < 0 ? records.length : first };
};

/** Opens an iterator on a shard, closed or not, at a position of one of its records. */
export const openIterator = (
  name: string,
  shardAt: number,
  type: (typeof iteratorTypes)[number],
  at: number,
): Command => ({
  check: (model) => model.streams.has(name),
  toString: () => `${name}: open ${type} on shard ${shardAt} at ${at}`,
  run: async (model, driver) => {
    ran.operations++;
    const stream = model.streams.get(name) as ModelStream;
    const shard = stream.shards[shardAt % stream.shards.length] as ModelShard;
    const start = startOf(driver, shard, type, at);
    if (!start) return;
    const input = { StreamName: stream.name, ShardId: shard.id, ...start.input };
    const text = outputOf(await driver.call('GetShardIterator', input), `GetShardIterator ${type}`).ShardIterator;
    hold(model, { text, stream, shard, place: start.place, madeMs: driver.inside?.now() });
  },
});

/** Asks for an iterator at a position that is not the shard's. */
export const openForeign = (name: string, at: number, isAfter: boolean): Command => ({
  check: (model) => model.streams.has(name) && model.numbers.size > 0,
  toString: () => `${name}: open at a foreign position ${at}`,
  run: async (model, driver) => {
    ran.operations++;
    const stream = model.streams.get(name) as ModelStream;
    const shard = stream.shards[at % stream.shards.length] as ModelShard;
    const StartingSequenceNumber = foreignNumber(model, driver, stream, shard, at);
    if (StartingSequenceNumber === undefined) return;
    const ShardIteratorType = isAfter ? 'AFTER_SEQUENCE_NUMBER' : 'AT_SEQUENCE_NUMBER';
    const input = { StreamName: stream.name, ShardId: shard.id, ShardIteratorType, StartingSequenceNumber };
    const { error } = await driver.call('GetShardIterator', input);
    same(error, 'InvalidArgumentException', `GetShardIterator at ${StartingSequenceNumber}`);
  },
});

/** A number of another stream or shard, or the one after the newest. */
const foreignNumber = (model: Model, driver: Driver, stream: ModelStream, shard: ModelShard, at: number) => {
  const newest = shard.records.at(-1)?.number;
  if (driver.inside && at % 4 === 0 && newest !== undefined && !shard.isReopened)
    return String(BigInt(newest) + (1n << 80n));
  const numbers = [...model.numbers];
  for (let tries = 0; tries < 20; tries++) {
    const [number = fail('no numbers')] = numbers[(at * 7 + tries) % numbers.length] ?? [];
    const isOwn = model.numbers.get(number) === stream && shard.records.some((record) => record.number === number);
    if (!isOwn) return isLost(model, stream, number) ? undefined : number;
  }
  return undefined;
};

/** Whether a number was given out and lost in a crash: its shard may take it as a position. */
const isLost = (model: Model, stream: ModelStream, number: string): boolean =>
  model.numbers.get(number) === stream &&
  !stream.shards.some(({ records }) => records.some((record) => record.number === number));

export const advance = (ms: number): Command => ({
  check: () => true,
  toString: () => `let ${ms} ms pass`,
  run: async (_, { inside }) => {
    ran.operations++;
    inside?.advance(ms);
  },
});

export const sweep = (): Command => ({
  check: () => true,
  toString: () => 'sweep',
  run: async (_, { inside }) => {
    ran.operations++;
    inside?.sweep();
  },
});

export const restart = (): Command => ({
  check: () => true,
  toString: () => 'restart',
  run: async (model, { inside }) => {
    ran.operations++;
    await inside?.restart();
    model.settled();
    model.reopened();
  },
});

export const crash = (): Command => ({
  check: () => true,
  toString: () => 'crash',
  run: async (model, { inside }) => {
    ran.operations++;
    await inside?.crash();
    model.crashed();
    model.reopened();
  },
});
