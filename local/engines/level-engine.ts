import { EventEmitter, once } from 'node:events';
import { readdirSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/**
 * kinesalite and dynalite are built alike, on a Level database; this file knows how, and needs their exact versions.
 */
export interface LevelEngine<S extends Store> {
  readonly listener: RequestListener;
  readonly store: S;
  close(): Promise<void>;
}

export interface Store {
  readonly db: EventEmitter & { open(): Promise<unknown>; close(): Promise<void> };
}

export type Input = Record<string, unknown>;
export type Output = Record<string, unknown>;
export type Callback = (error: unknown, output?: Output) => void;
/** How an engine runs an operation: the input is checked already, and AWS's errors carry a `statusCode`. */
export type Action = (store: Store, input: Input, callback: Callback) => void;

export interface LevelEngineHooks {
  readonly options: Readonly<Record<string, unknown>>;
  /** Sees an operation's input before the engine checks it; `types` holds the operation's parameters. */
  readonly prepare: (input: Input, types: Readonly<Record<string, unknown>>) => void;
  /** Stands in for operations of the engine, by their name in camelCase, each given the engine's own. */
  readonly actions: Readonly<Record<string, (original: Action) => Action>>;
}

/**
 * Loads an engine, once in a thread, with the hooks in place, and opens its database; rejects where that is impossible.
 *
 * The hooks sit where the engine has parsed the request anyway, so that they cost no second parse of it.
 */
export async function openLevelEngine<S extends Store>(
  name: 'kinesalite' | 'dynalite',
  hooks: LevelEngineHooks,
): Promise<LevelEngine<S>> {
  const require = createRequire(import.meta.url);
  const wrapModule = <T>(path: string, wrap: (original: T) => T) => {
    const id = require.resolve(`${name}/${path}`);
    const original = require(id) as T;
    const loaded = require.cache[id];
    if (loaded) loaded.exports = wrap(original);
  };

  const validations = require(`${name}/validations`);
  const { checkTypes, checkValidations } = validations;
  validations.checkTypes = (input: Input, types: Record<string, unknown>) =>
    answered(() => {
      hooks.prepare(input, types);
      return checkTypes(input, types);
    });
  validations.checkValidations = (...args: unknown[]) => answered(() => checkValidations(...args));

  for (const file of readdirSync(join(dirname(require.resolve(name)), 'actions'))) {
    const action = basename(file, '.js');
    wrapModule<Action>(`actions/${action}`, (original) => neverThrowing(hooks.actions[action]?.(original) ?? original));
  }

  let store: S | undefined;
  const database = require(`${name}/db`);
  const { create } = database;
  database.create = (options: unknown) => {
    store = create(options);
    return store;
  };
  const server: Server = require(name)(hooks.options);
  const listener = server.listeners('request')[0] as RequestListener;
  if (!store) throw new Error(`${name} made no store`);
  const { db } = store;
  await opened(store);
  return { listener: forgiving(listener), store, close: () => db.close() };
}

/**
 * Waits for a database that is opening already: levelup reports a failure as an event of each part, level as a cause.
 */
async function opened(store: Store): Promise<void> {
  const parts = Object.values(store).filter((part) => part instanceof EventEmitter);
  const failed = parts.map((part) => once(part, 'error').then(([error]) => Promise.reject(error)));
  await Promise.race([store.db.open(), ...failed]).catch((error: Error) => {
    throw new Error(((error.cause as Error) ?? error).message); // an OpenError reaches the other thread empty
  });
}

/** The engines throw, and so end their thread, where a client goes away in the middle of its request. */
function forgiving(listener: RequestListener): RequestListener {
  return (request, response) => {
    listener(request, response);
    request.removeAllListeners('error').on('error', () => {});
  };
}

/** An error of the engine's own is an answer too: `InternalFailure`, as on AWS, instead of the end of the thread. */
function answered<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw asAwsError(error);
  }
}

/** The action, its unexpected errors turned into `InternalFailure`. */
const neverThrowing =
  (action: Action): Action =>
  (store, input, callback) => {
    try {
      action(store, input, (error, output) => callback(error && asAwsError(error), output));
    } catch (error) {
      callback(asAwsError(error));
    }
  };

function asAwsError(error: unknown): unknown {
  if (error && typeof error === 'object' && 'statusCode' in error) return error;
  const message = error instanceof Error ? error.message : String(error);
  return Object.assign(new Error(message), { statusCode: 500, body: { __type: 'InternalFailure', message } });
}
