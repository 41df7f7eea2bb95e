import {
  closeSync,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { StorageDamage } from './damage.ts';
import { checksum, type Value } from './format.ts';
import { readHead } from './head.ts';
import { Storage } from './storage.ts';

/** What became of a damaged store. */
export interface Salvage {
  readonly path: string;
  /** Why it was refused. */
  readonly fault: string;
  /** How many entries are whole, and in the store again. */
  readonly kept: number;
  /** The keys of entries that are gone, as far as they can still be read. */
  readonly lost: readonly string[];
  /** How many of the newest commits are gone. */
  readonly lostCommits: number;
  /** Where the damaged file lies now. */
  readonly damaged: string;
}

/**
 * Makes a damaged store whole again from the entries that match their checksums, and puts the damaged file aside.
 * Answers undefined for a store without damage, and leaves it as it is.
 */
export const salvageStore = (path: string): Salvage | undefined => {
  const fault = faultOf(path);
  if (fault === undefined) return undefined;
  const commits = commitsOf(path);
  const damaged = putAside(path);
  new Storage({ path }).close(); // so that its first page lies in the file
  const storage = new Storage({ path });
  const kept = new Set<string>();
  const lost = new Set<string>();
  const found = readWhole(damaged, path, (key, sum, value) => {
    if (checksum(key, value) !== sum) return void lost.add(key);
    storage.put(key, value);
    kept.add(key);
    if (kept.size % rowsATurn === 0) storage.flush();
  });
  for (const key of found.keys) if (!kept.has(key)) lost.add(key);
  for (const key of kept) lost.delete(key);
  storage.continueAfter(Math.max(commits, found.commits));
  storage.close();
  const lostCommits = Math.max(0, commits - found.commits);
  return { path, fault, kept: kept.size, lost: [...lost].sort(), lostCommits, damaged };
};

const rowsATurn = 1_000;

const faultOf = (path: string): string | undefined => {
  try {
    new Storage({ path, checkedBytes: Number.POSITIVE_INFINITY }).close();
    return undefined;
  } catch (error) {
    if (error instanceof StorageDamage) return error.fault;
    throw error;
  }
};

/** What the head says; 0 where it can't be read. */
const commitsOf = (path: string): number => {
  try {
    return readHead(path) ?? 0;
  } catch {
    return 0;
  }
};

/** Renames the file, its log and its head; answers the file's new path. */
const putAside = (path: string): string => {
  let aside = `${path}.damaged`;
  for (let count = 2; existsSync(aside) || existsSync(`${aside}-head`); count++) aside = `${path}.damaged-${count}`;
  for (const part of ['', '-wal', '-head']) if (existsSync(path + part)) renameSync(path + part, aside + part);
  return aside;
};

interface Found {
  readonly commits: number;
  /** As its index has them. */
  readonly keys: ReadonlySet<string>;
}

/** Hands every row that can be read to `take`. */
const readWhole = (damaged: string, fresh: string, take: (key: string, sum: number, value: Value) => void): Found => {
  const keys = new Set<string>();
  const nothing = { commits: 0, keys };
  if (!existsSync(damaged)) return nothing;
  fillUp(damaged);
  let database = new DatabaseSync(damaged);
  if (attempt(() => database.prepare('SELECT commits FROM store').get()) === undefined) {
    database.close();
    mendFirstPage(damaged, fresh);
    database = new DatabaseSync(damaged);
  }
  try {
    const byKey = 'SELECT key FROM entry INDEXED BY sqlite_autoindex_entry_1 ORDER BY key';
    for (const order of ['ASC', 'DESC']) {
      attempt(() => {
        for (const { key } of database.prepare(`${byKey} ${order}`).iterate()) keys.add(String(key));
      });
    }
    readRows(database, take);
    const commits = attempt(() => Number(database.prepare('SELECT commits FROM store').get()?.commits)) ?? 0;
    return { commits, keys };
  } catch {
    return nothing; // not even the schema can be read
  } finally {
    database.close();
  }
};

/** Reads row after row; where one can't be read, goes on behind it. */
const readRows = (database: DatabaseSync, take: (key: string, sum: number, value: Value) => void): void => {
  const next = database.prepare('SELECT rowid, key, sum, value FROM entry WHERE rowid > ? ORDER BY rowid LIMIT 1');
  const one = database.prepare('SELECT rowid, key, sum, value FROM entry WHERE rowid = ?');
  let last = 0;
  for (;;) {
    const row = attempt(() => next.get(last) ?? 'end') ?? firstReadable(one, last + 1);
    if (row === undefined || row === 'end') return;
    const { rowid, key, sum, value } = row as unknown as { rowid: number; key: string; sum: number; value: Value };
    take(key, sum, value);
    last = rowid;
  }
};

/** The first row from an id on that can be read: a page that can't be holds dozens, and sometimes thousands. */
const firstReadable = (one: StatementSync, from: number): object | undefined => {
  const read = (id: number) => attempt(() => one.get(id));
  for (let tries = 0, id = from; tries < mostTries; tries++, id += tries < 64 ? 1 : 16) {
    if (read(id) === undefined) continue;
    const before = Array.from({ length: 15 }, (_, index) => id - 15 + index).filter((each) => each >= from);
    return before.map(read).find((row) => row !== undefined) ?? read(id);
  }
  return undefined;
};

/** After so many ids that can't be read, the rest is taken for lost. */
const mostTries = 2_000;

/** Gives a file that was cut off its length again: SQLite reads nothing of a shorter one. */
const fillUp = (damaged: string): void => {
  const header = Buffer.alloc(pageCountAt + 4);
  const file = openSync(damaged, 'r+');
  readSync(file, header, 0, header.length, 0);
  const bytes = header.readUInt32BE(pageCountAt) * pageBytes;
  if (bytes > fstatSync(file).size && bytes < mostFilledUp) ftruncateSync(file, bytes);
  closeSync(file);
};

const mostFilledUp = 2 ** 40;

/** Replaces the first page, which is the same in every store but for the number of pages. */
const mendFirstPage = (damaged: string, fresh: string): void => {
  const page = Buffer.alloc(pageBytes);
  const from = openSync(fresh, 'r');
  readSync(from, page, 0, pageBytes, 0);
  closeSync(from);
  page.writeUInt32BE(Math.ceil(statSync(damaged).size / pageBytes), pageCountAt);
  const to = openSync(damaged, 'r+');
  writeSync(to, page, 0, pageBytes, 0);
  closeSync(to);
};

const pageBytes = 4_096;
/** https://sqlite.org/fileformat2.html#in_header_database_size */
const pageCountAt = 28;

const attempt = <T>(read: () => T): T | undefined => {
  try {
    return read();
  } catch {
    return undefined;
  }
};
