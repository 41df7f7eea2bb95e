import { createRequire } from 'node:module';
import type { WrittenRecord } from './kinesis.ts';
import type { Action, Callback, Input, Output, Store } from './level-engine.ts';

const { shardIdName } = createRequire(import.meta.url)('kinesalite/db');

/** The part of kinesalite's store that writing records uses. */
export interface StreamStore extends Store {
  readonly db: Store['db'] & { batch(operations: readonly Operation[]): Promise<void> };
  readonly metaDb: {
    readonly awsAccountId: string;
    lock(streamName: string, locked: (release: (done: () => void) => () => void) => void): void;
    put(streamName: string, stream: unknown, callback: Callback): void;
    del(streamName: string, callback: Callback): void;
  };
  getStream(streamName: string, callback: (error: unknown, stream: unknown) => void): void;
}

interface Operation {
  readonly type: 'put';
  /** Of a record, `<shard in hexadecimal>/<sequence number>`. */
  readonly key: string;
  readonly value: unknown;
}

interface StoredRecord {
  readonly PartitionKey: string;
  readonly Data: string;
  /** Seconds. */
  readonly ApproximateArrivalTimestamp: number;
}

/** Hears of each record once it is stored, in the order of its shard. */
export type Tell = (streamName: string, shardId: string, record: WrittenRecord) => void;

interface Write {
  readonly action: Action;
  readonly input: Input;
  readonly callback: Callback;
}

/** Writes that wait for the one under way, by stream. */
const waiting = new Map<string, Write[]>();

/** Streams as they were last written, so that a write needs not read its stream first. */
const remembered = new Map<string, unknown>();

/** Keeps what is remembered true when a stream is made, changed or deleted; must be called before the first request. */
export function rememberStreams({ metaDb }: StreamStore): void {
  const { put, del } = metaDb;
  metaDb.put = (streamName, stream, callback) => {
    remembered.set(streamName, structuredClone(stream));
    put.call(metaDb, streamName, stream, callback);
  };
  metaDb.del = (streamName, callback) => {
    remembered.delete(streamName);
    del.call(metaDb, streamName, callback);
  };
}

/**
 * `PutRecord` and `PutRecords` that commit what came in during the last commit as one.
 *
 * kinesalite reads the stream, writes the stream and writes the records for each call, one call of a stream after the
 * other. Here its own actions run on a stream in memory, and one batch holds all that they write: it is stored whole or
 * not at all, and nobody is answered before. One call alone takes one step instead of three.
 */
export const grouped =
  (action: Action, tell: Tell): Action =>
  (store, input, callback) => {
    const streamName = String(input.StreamName);
    const write = { action, input, callback };
    const others = waiting.get(streamName);
    if (others) return void others.push(write);
    waiting.set(streamName, [write]);
    void commitAll(store as StreamStore, streamName, tell);
  };

async function commitAll(store: StreamStore, streamName: string, tell: Tell): Promise<void> {
  while (waiting.get(streamName)?.length) {
    await new Promise<void>((resolve) => {
      store.metaDb.lock(streamName, (release) => void commit(store, streamName, tell).finally(release(resolve)));
    });
  }
  waiting.delete(streamName);
}

async function commit(store: StreamStore, streamName: string, tell: Tell): Promise<void> {
  let stream = remembered.get(streamName);
  let failure: unknown;
  try {
    stream ??= await readStream(store, streamName);
  } catch (error) {
    failure = error;
  }
  const writes = waiting.get(streamName) ?? [];
  waiting.set(streamName, []);
  if (failure) return answer(writes, () => ({ error: failure }));

  const operations: Operation[] = [];
  const outcomes = writes.map((write) => run(write, store, stream, operations));
  if (operations.length > 0) {
    const counted = { type: 'put', key: `!meta!${streamName}`, value: JSON.stringify(stream) } as const;
    try {
      await store.db.batch([counted, ...operations.map((operation) => encoded(streamName, operation))]);
    } catch (error) {
      remembered.delete(streamName);
      return answer(writes, () => ({ error }));
    }
    for (const { key, value } of operations) tell(streamName, ...recordOf(key, value as StoredRecord));
  }
  answer(writes, (index) => outcomes[index] ?? {});
}

interface Outcome {
  readonly error?: unknown;
  readonly output?: Output;
}

function answer(writes: readonly Write[], outcomeOf: (index: number) => Outcome): void {
  for (const [index, { callback }] of writes.entries()) {
    const { error, output } = outcomeOf(index);
    callback(error, output);
  }
}

/**
 * Runs kinesalite's action on the stream as it stands after the writes before; what it would
 * store goes to `operations`.
 */
function run({ action, input }: Write, store: StreamStore, stream: unknown, operations: Operation[]): Outcome {
  const recorder = {
    metaDb: {
      awsAccountId: store.metaDb.awsAccountId,
      lock: (_: string, locked: (release: (callback: Callback) => Callback) => void) => locked((callback) => callback),
      put: (_: string, __: unknown, callback: Callback) => callback(null),
    },
    getStream: (_: string, callback: (error: null, stream: unknown) => void) => callback(null, stream),
    getStreamDb: () => ({
      put: (key: string, value: unknown, callback: Callback) => {
        operations.push({ type: 'put', key, value });
        callback(null);
      },
      batch: (more: readonly Operation[], _: unknown, callback: Callback) => {
        operations.push(...more);
        callback(null);
      },
    }),
  };
  let outcome: Outcome = {};
  try {
    action(recorder as unknown as Store, input, (error, output) => {
      outcome = { error, output };
    });
  } catch (error) {
    outcome = { error };
  }
  return outcome;
}

function recordOf(
  key: string,
  { PartitionKey, Data, ApproximateArrivalTimestamp }: StoredRecord,
): [string, WrittenRecord] {
  const [shard = '', sequenceNumber = ''] = key.split('/');
  return [
    shardIdName(Number.parseInt(shard, 16)),
    {
      sequenceNumber,
      partitionKey: PartitionKey,
      arrivedAtMs: Math.round(ApproximateArrivalTimestamp * 1_000),
      data: Data,
    },
  ];
}

/** As kinesalite's own database of the stream would write it. */
const encoded = (streamName: string, { key, value }: Operation): Operation => ({
  type: 'put',
  key: `!stream-${streamName}!${key}`,
  value: JSON.stringify(value),
});

async function readStream(store: StreamStore, streamName: string): Promise<unknown> {
  const stored = await new Promise<unknown>((resolve, reject) => {
    store.getStream(streamName, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
  const stream = remembered.get(streamName) ?? stored; // written while it was read
  remembered.set(streamName, stream);
  return stream;
}
