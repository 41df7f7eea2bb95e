import { DatabaseSync } from 'node:sqlite';

/**
 * Takes the lock that lies at `path`, and answers how to let go of it; undefined where another process holds it. It is
 * SQLite's lock, since the operating system itself lifts it from a process that is gone, however it went.
 */
export function takeLock(path: string): (() => void) | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database?.close();
    if (/locked/.test((error as Error).message)) return undefined;
    throw error;
  }
  const held = database;
  return () => held.close();
}
