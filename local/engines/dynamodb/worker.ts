import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { targetedAction } from '../../metrics/call-counts.ts';
import { Storage } from '../../storage/storage.ts';
import type { DynamoDbWorkerData, DynamoDbWrites } from '../dynamodb.ts';
import { admitting } from '../known-callers.ts';
import { serveEngine } from '../serve-engine.ts';
import { type StreamDescription, shardIdOf } from './change-keys.ts';
import { ChangeLog } from './change-log.ts';
import { correctDynalite } from './corrections.ts';
import { type Input, openDynalite } from './dynalite.ts';
import { refuseNested } from './nesting.ts';
import { streamsApi } from './streams-api.ts';
import { TableStore } from './table-store.ts';
import { creatingStream, updatingStream } from './table-streams.ts';
import { forgetTokens, transactionsApi } from './transactions.ts';

const { path, keys, time, retentionMs } = workerData as DynamoDbWorkerData;
if (time) {
  const shared = new Float64Array(time);
  Date.now = () => shared[0] as number; // the only clock that is looked at here
}

const prepare = (input: Input, types: Readonly<Record<string, unknown>>): void => {
  refuseNested(input, types);
  const { TableName: name } = input;
  if (typeof name === 'string' && name.startsWith('arn:')) input.TableName = name.slice(name.indexOf('/') + 1);
};

const written = new Map<string, string>();

/** Tells the other thread of the stream, once what else was stored with it is known too. */
const wrote = (stream: StreamDescription): void => {
  if (written.size === 0) setImmediate(reportWrites);
  written.set(stream.arn, shardIdOf(stream));
};

const reportWrites = (): void => {
  const shardIds = Object.fromEntries([...written].map(([arn, shardId]) => [arn, [shardId]]));
  written.clear();
  parentPort?.postMessage({ kind: 'writes', shardIds } satisfies DynamoDbWrites);
};

/** Keeps records for as long as AWS does, and a quarter of an hour longer at most. */
const keepTrimmed = async (log: ChangeLog): Promise<void> => {
  const trim = () => {
    forgetTokens(storage);
    return log.trim(Date.now() - retentionMs);
  };
  await trim();
  let trimming = Promise.resolve();
  setInterval(() => {
    trimming = trimming.then(trim).catch(() => {}); // the store is closing
  }, trimEveryMs).unref();
};

const trimEveryMs = 15 * 60_000;

const region = process.env.AWS_REGION ?? 'us-east-1';
const storage = new Storage({
  path: join(path, 'store.sqlite'),
  onRollback: () => {
    log.reload();
    store.forget();
  },
});
const log = new ChangeLog(storage, region, wrote);
const store = new TableStore(storage, log, region);
correctDynalite();
const { listener, actions } = openDynalite({
  store,
  storage,
  prepare,
  actions: { createTable: creatingStream(log), updateTable: updatingStream(log) },
});
await keepTrimmed(log);
storage.checkInBackground();
await serveEngine(
  admitting(keys, 'dynamodb', streamsApi(log, transactionsApi(store, storage, actions, listener))),
  async () => storage.close(),
  (request) => ['dynamodb', targetedAction(request)],
);
