import { closeSync, openSync, truncateSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { makePrivateFile } from './private-file.ts';
import { asStartError } from './start-error.ts';

/**
 * Takes the lock that lies at `path`, and answers how to let go of it; undefined where another process holds it. It is
 * SQLite's lock, since the operating system itself lifts it from a process that is gone, however it went. The file is
 * empty and holds no state, so one that is damaged is emptied.
 *
 * @throws StartError where a folder stands in its place, or it can't be made or opened
 */
export function takeLock(path: string): (() => void) | undefined {
  makeFile(path);
  const taken = tryLock(path);
  if (typeof taken !== 'object') return taken;
  if (damage.has(codeOf(taken))) {
    // SQLite reads the file only once it has a lock on it: nobody else holds it. It stays the same file for all who try.
    truncateSync(path);
    const again = tryLock(path);
    if (typeof again !== 'object') return again;
  }
  if (codeOf(taken) === cantOpen) explainUnopened(path);
  throw taken;
}

/** SQLite's result codes: https://www.sqlite.org/rescode.html */
const damage: ReadonlySet<number> = new Set([11, 26]); // SQLITE_CORRUPT, SQLITE_NOTADB
const held: ReadonlySet<number> = new Set([5, 6]); // SQLITE_BUSY, SQLITE_LOCKED
const cantOpen = 14;

interface SqliteError extends Error {
  readonly errcode: number;
}

/** Without what extends it. */
const codeOf = ({ errcode }: SqliteError): number => errcode & 0xff;

const tryLock = (path: string): (() => void) | undefined | SqliteError => {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    return held.has(codeOf(error as SqliteError)) ? undefined : (error as SqliteError);
  }
  const lock = database;
  return () => lock.close();
};

const makeFile = (path: string): void => {
  try {
    makePrivateFile(path);
  } catch (error) {
    throw asStartError(error);
  }
};

/** SQLite doesn't say why it can't open a file; the system does. */
const explainUnopened = (path: string): void => {
  try {
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw asStartError(error);
  }
};
