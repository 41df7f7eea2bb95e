import { readdirSync } from 'node:fs';
import type { RequestListener, Server } from 'node:http';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { endOnDamage } from '../../storage/damage.ts';
import type { Storage } from '../../storage/storage.ts';

export type Input = Record<string, unknown>;
export type Output = Record<string, unknown>;
export type Callback = (error: unknown, output?: Output) => void;
/** How dynalite runs an operation: the input is checked already, and AWS's errors carry a `statusCode`. */
export type Action = (store: unknown, input: Input, callback: Callback) => void;

export interface DynaliteHooks {
  /** What dynalite keeps its tables in. */
  readonly store: unknown;
  readonly storage: Storage;
  /** Sees an operation's input before dynalite checks it; `types` holds the operation's parameters. */
  readonly prepare: (input: Input, types: Readonly<Record<string, unknown>>) => void;
  /** Stand in for operations, by their name in camelCase; each is given dynalite's own. */
  readonly actions: Readonly<Record<string, (original: Action) => Action>>;
}

export interface Dynalite {
  readonly listener: RequestListener;
  /** dynalite's own operations, by their name in camelCase: each ends before it returns. It does not wait for the commit. */
  readonly actions: ReadonlyMap<string, Action>;
}

export const require = createRequire(import.meta.url);
const requireOfDynalite = createRequire(require.resolve('dynalite'));

/**
 * dynalite's HTTP API over a store of our own. Call it once in a thread. It relies on the exact version of dynalite:
 * it replaces parts of its modules before they load each other.
 *
 * | replaced | because |
 * | --- | --- |
 * | `db.create` | the store is ours; LevelDB serves old items under iteration |
 * | `level`, `memory-level` | nothing uses them any more, and loading them takes 10 ms |
 * | `validations.checkTypes` | `prepare` sees the parsed input; a second parse would cost as much as the check |
 * | every action | runs in one turn, all or nothing, and is answered once it is stored; defects are answers, not crashes |
 */
export const openDynalite = ({ store, storage, prepare, actions }: DynaliteHooks): Dynalite => {
  const originals = new Map<string, Action>();
  const validations = require('dynalite/validations');
  const { checkTypes, checkValidations } = validations;
  validations.checkTypes = (input: Input, types: Record<string, unknown>) =>
    answered(() => {
      prepare(input, types);
      return checkTypes(input, types);
    });
  validations.checkValidations = (...args: unknown[]) => answered(() => checkValidations(...args));

  for (const file of readdirSync(join(dirname(require.resolve('dynalite')), 'actions'))) {
    const action = basename(file, '.js');
    const id = require.resolve(`dynalite/actions/${file}`);
    const original = require(id) as Action;
    originals.set(action, original);
    const loaded = require.cache[id];
    if (loaded) loaded.exports = settled(storage, actions[action]?.(original) ?? original);
  }

  require('dynalite/db').create = () => store;
  const server: Server = require('dynalite')();
  return { listener: forgiving(server.listeners('request')[0] as RequestListener), actions: originals };
};

/** Keeps dynalite from loading the database modules that it came with. Must be called before anything of it loads. */
export const leaveOutLevel = (): void => {
  for (const name of ['level', 'memory-level']) {
    const id = requireOfDynalite.resolve(name);
    require.cache[id] = { id, filename: id, loaded: true, exports: {} } as NodeJS.Module;
  }
};

/** Throws nothing where a client goes away in the middle of its request: dynalite would end its thread. */
const forgiving =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    listener(request, response);
    request.removeAllListeners('error').on('error', () => {});
  };

/**
 * The action as one step: dynalite's own code calls back at once, since our store does. The caller is answered when all
 * that the action saw and wrote is stored. An unexpected error undoes what the turn wrote and becomes
 * `InternalServerError`, as on AWS.
 */
const settled =
  (storage: Storage, action: Action): Action =>
  (store, input, callback) => {
    const answer: Callback = (error, output) =>
      storage.whenSettled((failure) => callback(error ? asAwsError(error) : failure && asAwsError(failure), output));
    try {
      storage.atomically(() => action(store, input, answer));
    } catch (error) {
      answer(error);
    }
  };

const answered = <T>(check: () => T): T => {
  try {
    return check();
  } catch (error) {
    throw asAwsError(error);
  }
};

const asAwsError = (error: unknown): unknown => {
  if (error && typeof error === 'object' && 'statusCode' in error) return error;
  endOnDamage(error);
  const message = error instanceof Error ? error.message : String(error);
  const body = { __type: 'com.amazon.coral.service#InternalServerError', message };
  return Object.assign(new Error(message), { statusCode: 500, body });
};
