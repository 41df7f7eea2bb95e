import { workerData } from 'node:worker_threads';
import { targetedAction } from '../metrics/call-counts.ts';
import { type Input, openLevelEngine, type Store } from './level-engine.ts';
import { serveEngine } from './serve-engine.ts';

function prepare(input: Input): void {
  const { TableName: name } = input;
  if (typeof name === 'string' && name.startsWith('arn:')) input.TableName = name.slice(name.indexOf('/') + 1);
}

/** Level's own database, and dynalite's `get` with a callback over it. */
interface ItemStore extends Store {
  readonly db: Store['db'] & {
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

const engine = await openLevelEngine<ItemStore>('dynalite', {
  options: { path: workerData.path, createTableMs: 0, updateTableMs: 0, deleteTableMs: 0 },
  prepare,
  actions: {},
});
readAtOnce(engine.store);
await serveEngine(engine.listener, engine.close, (request) => ['dynamodb', targetedAction(request)]);
