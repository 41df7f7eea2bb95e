import type fc from 'fast-check';
import { checkPage, checkShards, fail, listed, outputOf, same } from './checks.ts';
import type { Driver } from './driver.ts';
import { hashKeys, hashOf, type Model, type ModelShard, type ModelStream } from './model.ts';

type Command = fc.AsyncCommand<Model, Driver>;

/** Counts what was run, of all runs together. */
export const ran = { operations: 0, recordsRead: 0 };

const command = (
  text: string,
  run: (model: Model, driver: Driver) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Command => ({
  check,
  run: (model, driver) => {
    ran.operations++;
    return run(model, driver);
  },
  toString: () => text,
});

/** A command on a stream that is there. */
const onStream = (
  name: string,
  text: string,
  run: (stream: ModelStream, model: Model, driver: Driver, input: { StreamName: string }) => Promise<void>,
): Command =>
  command(
    `${name}: ${text}`,
    (model, driver) =>
      run(model.streams.get(name) as ModelStream, model, driver, { StreamName: `${driver.prefix}-${name}` }),
    (model) => model.streams.has(name),
  );

const pick = <T>(all: readonly T[], at: number): T => all[at % all.length] as T;

export const create = (name: string, ShardCount: number): Command =>
  command(`create ${name} with ${ShardCount} shards`, async (model, driver) => {
    const StreamName = `${driver.prefix}-${name}`;
    const answer = await driver.call('CreateStream', { StreamName, ShardCount });
    if (model.streams.has(name)) return same(answer.error, 'ResourceInUseException', 'CreateStream');
    outputOf(answer, 'CreateStream');
    const stream: ModelStream = { name: StreamName, retentionHours: 24, shards: [] };
    stream.shards = await listed(driver, stream);
    checkUniform(stream.shards, ShardCount);
    model.step(
      () => model.streams.set(name, stream),
      () => model.streams.delete(name),
    );
  });

export const remove = (name: string): Command =>
  onStream(name, 'delete', async (stream, model, driver, input) => {
    outputOf(await driver.call('DeleteStream', input), 'DeleteStream');
    model.step(
      () => model.streams.delete(name),
      () => model.streams.set(name, stream),
    );
  });

export interface PutEntry {
  readonly key: string;
  readonly hash: bigint | undefined;
  readonly data: string;
}

const inputOf = ({ key, hash, data }: PutEntry) => ({
  PartitionKey: key,
  Data: data,
  ...(hash === undefined ? {} : { ExplicitHashKey: String(hash) }),
});

const append = (model: Model, driver: Driver, stream: ModelStream, { key, hash, data }: PutEntry, placed: Placed) => {
  const shard = model.shardOf(stream, hash ?? hashOf(key));
  same(placed.ShardId, shard.id, `the shard of ${key}`);
  model.append(stream, shard, { number: placed.SequenceNumber, key, data, arrivedMs: driver.inside?.now() });
};

interface Placed {
  readonly ShardId: string;
  readonly SequenceNumber: string;
}

export const put = (name: string, entry: PutEntry, ordered: boolean): Command =>
  onStream(name, `put ${JSON.stringify(inputOf(entry))}`, async (stream, model, driver, input) => {
    const last = model.shardOf(stream, entry.hash ?? hashOf(entry.key)).records.at(-1)?.number;
    const order = ordered && last !== undefined ? { SequenceNumberForOrdering: last } : {};
    const answer = await driver.call('PutRecord', { ...input, ...inputOf(entry), ...order });
    append(model, driver, stream, entry, outputOf(answer, 'PutRecord'));
  });

export const putMany = (name: string, entries: readonly PutEntry[]): Command =>
  onStream(name, `put many ${JSON.stringify(entries.map(inputOf))}`, async (stream, model, driver, input) => {
    const output = outputOf(await driver.call('PutRecords', { ...input, Records: entries.map(inputOf) }), 'PutRecords');
    same(output.FailedRecordCount, 0, 'FailedRecordCount');
    const placed: readonly Placed[] = output.Records;
    same(placed.length, entries.length, 'the number of answers');
    const answers = entries.map((entry, at) => ({ entry, placed: placed[at] as Placed }));
    // AWS promises no order within a call.
    if (!driver.inside) answers.sort((a, b) => (a.placed.SequenceNumber < b.placed.SequenceNumber ? -1 : 1));
    for (const each of answers) append(model, driver, stream, each.entry, each.placed);
  });

export const read = (at: number, limit: number): Command =>
  command(
    `read iterator ${at}, at most ${limit}`,
    async (model, driver) => {
      const iterator = pick(model.iterators, at);
      const nowMs = driver.inside?.now();
      const answer = await driver.call('GetRecords', { ShardIterator: iterator.text, Limit: limit });
      if (nowMs !== undefined && nowMs - Number(iterator.madeMs) > 300_000)
        return same(answer.error, 'ExpiredIteratorException', 'GetRecords');
      if (![...model.streams.values()].includes(iterator.stream))
        return same(answer.error, 'ResourceNotFoundException', 'GetRecords');
      const page = outputOf(answer, 'GetRecords');
      ran.recordsRead += page.Records.length;
      const place = checkPage(model, driver, iterator, limit, page);
      const next = page.NextShardIterator;
      if (next) hold(model, { ...iterator, text: next, place, madeMs: nowMs });
    },
    (model) => model.iterators.length > 0,
  );

/** Keeps an iterator for later, with those before it; the oldest goes. */
export const hold = (model: Model, iterator: Model['iterators'][number]): void => {
  const before = model.iterators;
  model.step(
    () => {
      model.iterators = [...before.slice(-15), iterator];
    },
    () => {
      model.iterators = before;
    },
  );
};

/** Changes the shards of a stream, and takes over how the implementation did. */
const reshard = async (stream: ModelStream, model: Model, driver: Driver): Promise<void> => {
  const before = stream.shards;
  const after = await listed(driver, stream);
  checkShards(after);
  model.step(
    () => {
      stream.shards = after;
    },
    () => {
      stream.shards = before;
    },
  );
};

const mostOpen = 12;

export const split = (name: string, at: number, permille: bigint): Command =>
  onStream(name, `split ${at} at ${permille} ‰`, async (stream, model, driver, input) => {
    const shard = pick(stream.shards, at);
    const start = shard.from + ((shard.to - shard.from) * permille) / 1_000n;
    if (model.open(stream).length >= mostOpen) return;
    const more = { ShardToSplit: shard.id, NewStartingHashKey: String(start) };
    const answer = await driver.call('SplitShard', { ...input, ...more });
    if (!shard.isOpen) return refused(answer.error, 'SplitShard');
    if (start <= shard.from + 1n || start >= shard.to)
      return same(answer.error, 'InvalidArgumentException', 'SplitShard');
    outputOf(answer, 'SplitShard');
    await reshard(stream, model, driver);
    const children = stream.shards.filter(({ parents }) => parents.includes(shard.id));
    same(String(children.map(({ from }) => from)), String([shard.from, start]), 'the hash keys of the children');
  });

export const merge = (name: string, at: number, other: number): Command =>
  onStream(name, `merge ${at} and ${other}`, async (stream, model, driver, input) => {
    const open = model.open(stream);
    const [one, two] = [pick(open, at), pick(open, other)];
    const more = { ShardToMerge: one.id, AdjacentShardToMerge: two.id };
    const answer = await driver.call('MergeShards', { ...input, ...more });
    if (one.to + 1n !== two.from && two.to + 1n !== one.from)
      return same(answer.error, 'InvalidArgumentException', 'MergeShards');
    outputOf(answer, 'MergeShards');
    await reshard(stream, model, driver);
    same(String(stream.shards.at(-1)?.parents), String([one.id, two.id]), 'the parents of the child');
  });

export const scale = (name: string, TargetShardCount: number): Command =>
  onStream(name, `scale to ${TargetShardCount}`, async (stream, model, driver, input) => {
    const open = model.open(stream).length;
    const more = { TargetShardCount, ScalingType: 'UNIFORM_SCALING' };
    const answer = await driver.call('UpdateShardCount', { ...input, ...more });
    if (TargetShardCount > 2 * open || TargetShardCount * 2 < open)
      return same(answer.error, 'LimitExceededException', 'UpdateShardCount');
    same(outputOf(answer, 'UpdateShardCount').CurrentShardCount, open, 'CurrentShardCount');
    await reshard(stream, model, driver);
    checkUniform(stream.shards, TargetShardCount);
  });

const checkUniform = (shards: readonly ModelShard[], count: number): void => {
  checkShards(shards);
  const open = shards.filter(({ isOpen }) => isOpen).sort((a, b) => (a.from < b.from ? -1 : 1));
  same(open.length, count, 'the number of open shards');
  open.forEach(({ from, id }, index) => {
    const wanted = (hashKeys * BigInt(index)) / BigInt(count);
    if (from > wanted || from + BigInt(count) < wanted) fail(`${id} begins at ${from}, not at ${wanted}`);
  });
};

export const retain = (name: string, hours: number, isRight: boolean): Command =>
  onStream(
    name,
    `keep for ${hours} hours${isRight ? '' : ', by the wrong call'}`,
    async (stream, model, driver, input) => {
      const before = stream.retentionHours;
      const operation = hours > before === isRight ? 'IncreaseStreamRetentionPeriod' : 'DecreaseStreamRetentionPeriod';
      const answer = await driver.call(operation, { ...input, RetentionPeriodHours: hours });
      if (hours === before) return;
      if (!isRight || hours < 24 || hours > 8_760) return refused(answer.error, operation);
      outputOf(answer, operation);
      for (const shard of stream.shards)
        shard.gone = Math.max(shard.gone, model.horizon(stream, shard, driver.inside?.now()));
      model.step(
        () => {
          stream.retentionHours = hours;
        },
        () => {
          stream.retentionHours = before;
        },
      );
    },
  );

export const refused = (error: string | undefined, what: string): void => {
  if (error === undefined) fail(`${what} is not refused`);
};

export const settle = (): Command =>
  command('settle', async (model, driver) => {
    await driver.settled();
    model.settled();
  });
