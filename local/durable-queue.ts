import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { folderMode, makePrivateFile } from './private-file.ts';
import { StartError } from './start-error.ts';

/**
 * Keeps entries in a file until they are removed, in the order in which they came, also when the process is killed: a
 * call that has returned is kept whole, one that has not is kept whole or not at all. A power cut may lose the last
 * ones. The file is made with the first entry.
 */
export class DurableQueue<Entry> {
  readonly #path: string;
  #open: Open | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Answers the ids of the entries, ascending. */
  add(entries: readonly Entry[]): number[] {
    if (entries.length === 0) return [];
    const open = this.#opened();
    return inTransaction(open, () =>
      entries.map((entry) => Number(open.insert.run(JSON.stringify(entry)).lastInsertRowid)),
    );
  }

  replace(id: number, entry: Entry): void {
    this.#opened().update.run(JSON.stringify(entry), id);
  }

  remove(ids: readonly number[]): void {
    if (ids.length === 0) return;
    const open = this.#opened();
    inTransaction(open, () => {
      for (const id of ids) open.remove.run(id);
    });
  }

  /**
   * All that is kept.
   * @throws StartError where the file is damaged: whoever starts takes up what an earlier start has left
   */
  entries(): { readonly id: number; readonly entry: Entry }[] {
    if (!this.#open && !existsSync(this.#path)) return [];
    try {
      return this.#opened()
        .all.all()
        .map(({ id, entry }) => ({ id: Number(id), entry: JSON.parse(String(entry)) as Entry }));
    } catch (cause) {
      const { message } = cause as Error;
      throw new StartError(`${this.#path} can't be read: it is damaged, move it away (${message})`, { cause });
    }
  }

  close(): void {
    this.#open?.database.close();
    this.#open = undefined;
  }

  #opened(): Open {
    this.#open ??= open(this.#path);
    return this.#open;
  }
}

interface Open {
  readonly database: DatabaseSync;
  readonly insert: StatementSync;
  readonly update: StatementSync;
  readonly remove: StatementSync;
  readonly all: StatementSync;
}

const open = (path: string): Open => {
  mkdirSync(dirname(path), { recursive: true, mode: folderMode });
  makePrivateFile(path);
  const database = new DatabaseSync(path);
  // Not synced: what was written lives in the system's cache, whatever becomes of the process.
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL) STRICT`);
  return {
    database,
    insert: database.prepare('INSERT INTO entries (entry) VALUES (?)'),
    update: database.prepare('UPDATE entries SET entry = ? WHERE id = ?'),
    remove: database.prepare('DELETE FROM entries WHERE id = ?'),
    all: database.prepare('SELECT id, entry FROM entries ORDER BY id'),
  };
};

const inTransaction = <T>({ database }: Open, work: () => T): T => {
  database.exec('BEGIN');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK'); // a full disk, for one, has ended it already
    throw error;
  }
};
