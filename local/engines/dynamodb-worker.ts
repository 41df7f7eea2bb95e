import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { targetedAction } from '../metrics/call-counts.ts';
import { acceptStreams, captureChanges, creatingStream, type TableStore, updatingStream } from './change-capture.ts';
import { ChangeLog } from './change-log.ts';
import { type StreamDescription, shardIdOf } from './change-storage.ts';
import type { DynamoDbWorkerData, DynamoDbWrites } from './dynamodb.ts';
import { refuseEmptyIndexKeys } from './dynamodb-index-keys.ts';
import { refuseNested, refuseNestedUpdates } from './dynamodb-nesting.ts';
import { passingPlainValues } from './dynamodb-plain-values.ts';
import { streamsApi } from './dynamodb-streams-api.ts';
import { remembering } from './expressions.ts';
import { admitting } from './known-callers.ts';
import { type Input, openLevelEngine } from './level-engine.ts';
import { serveEngine } from './serve-engine.ts';

const { path, keys, time, retentionMs } = workerData as DynamoDbWorkerData;
if (time) {
  const shared = new Float64Array(time);
  Date.now = () => shared[0] as number; // the only clock that is looked at here
}

function prepare(input: Input, types: Readonly<Record<string, unknown>>): void {
  refuseNested(input, types);
  const { TableName: name } = input;
  if (typeof name === 'string' && name.startsWith('arn:')) input.TableName = name.slice(name.indexOf('/') + 1);
}

/** Level's own database, and dynalite's `get` with a callback over it. */
interface ItemStore extends TableStore {
  readonly db: TableStore['db'] & {
    getSync(key: string): unknown;
    get(key: string, callback: (failure: unknown, value: unknown) => void): void;
  };
}

/** Reads in this thread: what a read takes is less than handing it to another thread and back. */
function readAtOnce({ db }: ItemStore): void {
  db.get = (key, callback) => {
    let value: unknown;
    let failure: unknown = null;
    try {
      value = db.getSync(key);
    } catch (error) {
      failure = error;
    }
    setImmediate(callback, failure, value);
  };
}

const written = new Map<string, string>();

function wrote(stream: StreamDescription): void {
  if (written.size === 0) setImmediate(reportWrites);
  written.set(stream.arn, shardIdOf(stream));
}

function reportWrites(): void {
  const shardIds = Object.fromEntries([...written].map(([arn, shardId]) => [arn, [shardId]]));
  written.clear();
  parentPort?.postMessage({ kind: 'writes', shardIds } satisfies DynamoDbWrites);
}

/** Keeps records for as long as AWS does, and a quarter of an hour longer at most. */
async function keepTrimmed(log: ChangeLog): Promise<void> {
  const trim = () => log.trim(Date.now() - retentionMs);
  await trim();
  let trimming = Promise.resolve();
  setInterval(() => {
    trimming = trimming.then(trim).catch(() => {}); // the database is closing
  }, trimEveryMs).unref();
}

const trimEveryMs = 15 * 60_000;

const require = createRequire(import.meta.url);
for (const name of ['conditionParser', 'projectionParser', 'updateParser']) {
  const parser = require(`dynalite/db/${name}`);
  parser.parse = remembering(parser.parse);
}

const validations = require('dynalite/validations');
validations.checkTypes = passingPlainValues(validations.checkTypes);

/** A refused write answers the item that refused it, where it is asked to: dynalite knows nothing of that. */
function answerRefusingItem(): void {
  for (const action of ['deleteItem', 'putItem', 'updateItem'])
    require(`dynalite/validations/${action}`).types.ReturnValuesOnConditionCheckFailure = {
      type: 'String',
      enum: ['ALL_OLD', 'NONE'],
    };
  const database = require('dynalite/db');
  const { checkConditional } = database;
  database.checkConditional = (input: Input, item?: object) => {
    const refusal = checkConditional(input, item);
    if (refusal && item && input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') refusal.body.Item = item;
    return refusal;
  };
}

let log: ChangeLog;
acceptStreams();
answerRefusingItem();
refuseNestedUpdates();
refuseEmptyIndexKeys();
const engine = await openLevelEngine<ItemStore>('dynalite', {
  options: { path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 },
  prepare,
  actions: { createTable: creatingStream(() => log), updateTable: updatingStream(() => log) },
});
readAtOnce(engine.store);
const { db, tableDb } = engine.store;
log = await ChangeLog.over(db, tableDb.awsRegion, wrote);
await keepTrimmed(log);
captureChanges(db, log);
const listener = admitting(keys, 'dynamodb', streamsApi(log, engine.listener));
await serveEngine(listener, engine.close, (request) => ['dynamodb', targetedAction(request)]);
