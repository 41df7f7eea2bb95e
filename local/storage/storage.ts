import { closeSync, existsSync, openSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { makePrivateFile } from '../private-file.ts';
import { findDamage } from './check.ts';
import { asDamage, StorageDamage } from './damage.ts';
import { checksum, type Value } from './format.ts';
import { headPath, headText, makeHead, readHead } from './head.ts';
import { isEmpty, prepare, type Row, schema, settings } from './statements.ts';

export type { Value };
export type Entry = readonly [key: string, value: Value];

/** The keys after `gt` (or from `gte` on) and before `lt`, compared by their bytes in UTF-8. */
export interface Range {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt: string;
  /** From the last key to the first; @default false */
  readonly reverse?: boolean;
  /** At most this many; @default all */
  readonly limit?: number;
}

export interface StorageOptions {
  /** The database file; its folder exists. */
  readonly path: string;
  /** Called after a commit failed, before anyone waiting is told: forget what you remember of the store. */
  readonly onRollback?: () => void;
  /** A file of at most this many bytes is checked whole when it is opened; @default 32 MiB */
  readonly checkedBytes?: number;
}

/**
 * An ordered key-value store in one SQLite file, for one thread of one process.
 *
 * - Every call is synchronous and sees all earlier ones. So what runs in one turn of the event loop is one step.
 * - What is written in one turn is committed together at its end: all of it or nothing. Answer a caller only from
 *   `whenStored`; then the answer survives `kill -9`.
 * - Every entry carries a checksum, which each read verifies.
 * - A file beside it, the head, holds the number of commits. A store that has fewer has lost some.
 *
 * SQLite does not sync, so a power cut can lose or damage what was written last. The next start notices.
 *
 * @see https://sqlite.org/wal.html
 */
export class Storage {
  private readonly path: string;
  private readonly database: DatabaseSync;
  private readonly head: number;
  private readonly onRollback: () => void;
  private readonly statements: ReturnType<typeof prepare>;
  private waiting: ((error?: Error) => void)[] = [];
  private commits: number;
  /** Whether every entry was verified when the store was opened. */
  private readonly isChecked: boolean;
  private writing = false;
  private scheduled = false;
  private broken: Error | undefined;

  /** Opens or makes the store. Throws a `StorageDamage` if it has lost anything, or may have. */
  constructor({ path, onRollback = () => {}, checkedBytes = 32 * 1_048_576 }: StorageOptions) {
    this.path = path;
    this.onRollback = onRollback;
    const isThere = existsSync(path);
    let known = readHead(path);
    if (known === undefined && isThere) throw new StorageDamage(path, `its head is gone: ${headPath(path)}`);
    if (known !== undefined && known > 0 && !isThere) throw new StorageDamage(path, 'the file is gone');
    // The head comes first, so that a process that is killed while it makes the store leaves nothing that looks damaged.
    known ??= makeHead(path);
    makePrivateFile(path);
    this.database = new DatabaseSync(path);
    try {
      this.database.exec(settings);
      if (known === 0 && isEmpty(this.database)) this.database.exec(schema);
      this.isChecked = statSync(path).size <= checkedBytes;
      const found = findDamage(this.database, path, this.isChecked);
      if (found) throw found;
      this.statements = prepare(this.database);
      this.commits = Number(this.statements.commits.get()?.commits);
      if (this.commits < known) {
        const lost = known - this.commits;
        throw new StorageDamage(path, `its newest ${lost === 1 ? 'write is' : `${lost} writes are`} gone`);
      }
    } catch (error) {
      this.database.close();
      throw asDamage(error, path);
    }
    this.head = openSync(headPath(path), 'r+');
    this.writeHead();
  }

  /** Throws a `StorageDamage` if the entry does not match its checksum. */
  get(key: string): Value | undefined {
    const row = this.reading(() => this.statements.get.get(key)) as Row | undefined;
    return row && this.verified(key, row);
  }

  /** As `get`, where text was put. */
  getText(key: string): string | undefined {
    return this.get(key) as string | undefined;
  }

  has(key: string): boolean {
    return this.reading(() => this.statements.has.get(key)) !== undefined;
  }

  put(key: string, value: Value): void {
    this.write(() => this.statements.put.run(key, checksum(key, value), value));
  }

  delete(key: string): void {
    this.write(() => this.statements.delete.run(key));
  }

  /** Deletes every entry of a range; `reverse` and `limit` have no meaning here. Answers how many. */
  deleteRange({ gt, gte, lt }: Range): number {
    return this.write(() => Number(this.statements.deleteRange.run(gte ?? gt ?? '', gte ?? null, lt).changes));
  }

  /**
   * The entries of a range in order, read as they are asked for. To see one moment, finish in the turn you began in.
   * Throws a `StorageDamage` at an entry that does not match its checksum.
   */
  *entries(range: Range): Generator<Entry, void, undefined> {
    const { up, down } = this.statements;
    for (const row of this.rows(range.reverse ? down : up, range)) yield [row.key, this.verified(row.key, row)];
  }

  /** As `entries`, where text was put. */
  texts(range: Range): Generator<readonly [key: string, text: string], void, undefined> {
    return this.entries(range) as Generator<readonly [string, string], void, undefined>;
  }

  /** The keys of a range in order. */
  *keys(range: Range): Generator<string, void, undefined> {
    const { keysUp, keysDown } = this.statements;
    for (const { key } of this.rows(range.reverse ? keysDown : keysUp, range)) yield key;
  }

  /**
   * Runs `write`; if it throws, nothing that this turn wrote is stored, and everyone waiting for it is told so.
   * Use it around writes that belong together.
   */
  atomically<T>(write: () => T): T {
    try {
      return write();
    } catch (error) {
      if (this.writing) this.fail(error as Error);
      throw error;
    }
  }

  /** Runs `write` and keeps what it wrote if it answers true; else the store is as it was before it. Answers that. */
  tentatively(write: () => boolean): boolean {
    return this.write(() => {
      this.statements.mark.run();
      let isKept = false;
      try {
        isKept = write();
      } finally {
        const isOpen = this.database.isTransaction; // a failed write has ended it
        if (isOpen && !isKept) this.statements.undo.run();
        if (isOpen) this.statements.unmark.run();
      }
      return isKept;
    });
  }

  /**
   * Calls `done` once all that was written before this call is stored, or has failed. Without a write under way that
   * is at the end of the turn.
   */
  whenStored(done: (error?: Error) => void): void {
    this.waiting.push(done);
    this.schedule();
  }

  /** As `whenStored`, but at once if this turn has written nothing: for the answer to a read. */
  whenSettled(done: (error?: Error) => void): void {
    if (this.writing || this.broken) this.whenStored(done);
    else done();
  }

  /** Resolves once all that was written before this call is stored; rejects if that failed. */
  stored(): Promise<void> {
    return new Promise((resolve, reject) => this.whenStored((error) => (error ? reject(error) : resolve())));
  }

  /**
   * Verifies every entry in small steps beside the work of this thread, for a store that was too large to be checked
   * when it was opened. The first fault ends the thread.
   */
  checkInBackground(): void {
    if (this.isChecked) return;
    const entries = this.entries({ gte: '', lt: '\u{10ffff}' });
    const step = () => {
      if (!this.database.isOpen) return;
      for (let count = 0; count < entriesAStep; count++) if (entries.next().done) return;
      setTimeout(step, 50).unref();
    };
    setTimeout(step, 1_000).unref();
  }

  /** Commits what is written now. Throws if that fails; then nothing of it is stored. */
  flush(): void {
    let failure: Error | undefined;
    this.whenStored((error) => {
      failure = error;
    });
    this.commit();
    if (failure) throw failure;
  }

  /** Counts on from `commits`: for a store that was made anew in the place of a damaged one. */
  continueAfter(commits: number): void {
    this.statements.setCommits.run(commits);
    this.commits = commits;
    this.writeHead();
  }

  /** Commits what is written and closes the file. */
  close(): void {
    if (!this.database.isOpen) return;
    this.commit();
    this.database.close();
    closeSync(this.head);
  }

  /** The rows of a range as `statement` reads a page of it, in pages that grow. */
  private *rows(statement: StatementSync, range: Range): Generator<Row, void, undefined> {
    const { gt, gte, lt, reverse = false, limit = Number.POSITIVE_INFINITY } = range;
    let [from, or, to] = [gte ?? gt ?? '', gte ?? null, lt];
    let size = firstRows;
    for (let left = limit; left > 0; ) {
      const asked = Math.min(left, size);
      const rows = this.reading(() => statement.all(from, or, to, asked)) as unknown as Row[];
      yield* rows;
      left -= rows.length;
      const last = rows.at(-1);
      if (!last || rows.length < asked) return;
      if (reverse) to = last.key;
      else [from, or] = [last.key, null];
      const bytes = rows.reduce((sum, { key, value = '' }) => sum + key.length + value.length, 0);
      size = Math.min(size * 4, mostRows, Math.max(1, Math.floor((bytesAtOnce * rows.length) / bytes)));
    }
  }

  private verified(key: string, { sum, value }: Row): Value {
    if (sum !== checksum(key, value)) throw new StorageDamage(this.path, `the entry ${key} has changed`);
    return value;
  }

  private reading<T>(read: () => T): T {
    try {
      return read();
    } catch (error) {
      throw asDamage(error, this.path);
    }
  }

  private write<T>(run: () => T): T {
    if (this.broken) throw this.broken;
    try {
      if (!this.writing) this.statements.begin.run();
      this.writing = true;
      return run();
    } catch (error) {
      const failure = asDamage(error, this.path) as Error;
      this.fail(failure);
      throw failure;
    } finally {
      this.schedule();
    }
  }

  /** Takes back what this turn wrote; later writes of the turn fail too, so that none is stored without the others. */
  private fail(error: Error): void {
    this.broken ??= error;
    if (this.database.isTransaction) this.statements.rollback.run();
    this.writing = false;
    this.onRollback();
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.commit();
    });
  }

  private commit(): void {
    if (this.writing) {
      try {
        this.statements.advance.run();
        this.statements.commit.run();
        this.writing = false;
        this.commits++;
        this.writeHead();
      } catch (error) {
        this.fail(error as Error);
      }
    }
    const failure = this.broken;
    this.broken = undefined;
    const told = this.waiting;
    this.waiting = [];
    for (const done of told) done(failure);
  }

  private writeHead(): void {
    try {
      writeSync(this.head, headText(this.commits), 0);
    } catch {
      // The commit stands. A head that is behind proves less at the next start, and nothing wrong.
    }
  }
}

/** How many rows are read at a time: few first, since most reads want few. */
const firstRows = 32;
const mostRows = 512;
const bytesAtOnce = 4 * 1_048_576;
const entriesAStep = 500;
