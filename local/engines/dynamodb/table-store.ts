import type { Range, Storage } from '../../storage/storage.ts';
import type { Table } from './change-keys.ts';
import type { ChangeLog } from './change-log.ts';

type Done<T = unknown> = (error?: unknown, value?: T) => void;

interface Operation {
  readonly type: 'put' | 'del';
  readonly key: string;
  readonly value?: unknown;
}

/** The keys of one kind, under a prefix; calls back before it returns. */
export interface Keys {
  lock(key: string, locked: (release: <C>(callback: C) => C) => void): void;
  get(key: string, done: Done): void;
  put(key: string, value: unknown, done: Done): void;
  del(key: string, done: Done): void;
  batch(operations: readonly Operation[], done: Done): void;
  createKeyStream(): Iterable<string>;
  createValueStream(): Iterable<unknown>;
}

export interface TableKeys extends Keys {
  readonly awsAccountId: string;
  readonly awsRegion: string;
}

/**
 * What dynalite calls its store, over ours. Each call ends before it returns, so that an operation of dynalite's is one
 * step, and no other runs beside it: its locks have nothing to do.
 */
export class TableStore {
  readonly options = { createTableMs: 0, updateTableMs: 0, deleteTableMs: 0, maxItemSize: 400 * 1_024 };
  readonly tableDb: TableKeys;
  private readonly storage: Storage;
  private readonly log: ChangeLog;
  /** Tables as they were last read. Never changed: dynalite changes only those that it asks for by `false`. */
  private readonly tables = new Map<string, Table>();

  constructor(storage: Storage, log: ChangeLog, awsRegion: string) {
    this.storage = storage;
    this.log = log;
    this.tableDb = {
      ...this.keys('table~'),
      awsAccountId: '000000000000',
      awsRegion,
      put: (name, table, done) => {
        this.tables.delete(name);
        log.putTable(table as Table);
        storage.put(tableKey(name), JSON.stringify(settledTable(table as Table)));
        done();
      },
      del: (name, done) => {
        this.tables.delete(name);
        storage.delete(tableKey(name));
        done();
      },
    };
    this.finishDeletions();
  }

  /** Forgets what it has read; to be called when a commit failed. */
  readonly forget = (): void => this.tables.clear();

  readonly getItemDb = (name: string): Keys => ({
    ...this.keys(itemPrefix(name)),
    put: (key, item, done) => {
      this.log.write(name, itemPrefix(name) + key, JSON.stringify(item));
      done();
    },
    del: (key, done) => {
      this.log.write(name, itemPrefix(name) + key, undefined);
      done();
    },
  });

  readonly getIndexDb = (type: string, table: string, index: string): Keys =>
    this.keys(indexPrefix(type, table, index));

  readonly getTagDb = (name: string): Keys => this.keys(tagPrefix(name));

  readonly deleteItemDb = (name: string, done: Done): void => this.deleteAll(itemPrefix(name), done);

  readonly deleteIndexDb = (type: string, table: string, index: string, done: Done): void =>
    this.deleteAll(indexPrefix(type, table, index), done);

  readonly deleteTagDb = (name: string, done: Done): void => this.deleteAll(tagPrefix(name), done);

  /** Calls back with the table. `mustBeActive` is left out for reading and writing items, and false for all else. */
  readonly getTable = (name: string, mustBeActive: boolean | Done<Table>, done?: Done<Table>): void => {
    if (typeof mustBeActive !== 'function') {
      const table = this.read(name);
      if (table) done?.(undefined, table);
      else done?.(notFound(`Requested resource not found: Table: ${name} not found`));
      return;
    }
    const known = this.tables.get(name) ?? this.read(name);
    if (known && known.TableStatus !== 'DELETING') {
      this.tables.set(name, known);
      mustBeActive(undefined, known);
    } else mustBeActive(notFound('Requested resource not found'));
  };

  /** The values of a range of a table's items, or of an index's entries: parsed one by one as they are asked for. */
  *values(data: { readonly TableName: string; readonly IndexName?: string }, isLocal: boolean, range: Partial<Range>) {
    const { TableName: table, IndexName: index } = data;
    const prefix = index ? indexPrefix(isLocal ? 'local' : 'global', table, index) : itemPrefix(table);
    const { gt, gte, lt, lte, reverse = false } = range as Partial<Range> & { readonly lte?: string };
    const from = gt !== undefined ? { gt: prefix + gt } : { gte: prefix + (gte ?? '') };
    const to = lt ?? (lte === undefined ? end : `${lte}\0`);
    for (const [, text] of this.storage.texts({ ...from, lt: prefix + to, reverse })) yield JSON.parse(text);
  }

  private read(name: string): Table | undefined {
    const text = this.storage.getText(tableKey(name));
    return text === undefined ? undefined : (JSON.parse(text) as Table);
  }

  private keys(prefix: string): Keys {
    const { storage } = this;
    const all: Range = { gte: prefix, lt: prefix + end };
    return {
      lock: (_, locked) => locked((callback) => callback),
      get: (key, done) => {
        const text = storage.getText(prefix + key);
        done(null, text === undefined ? undefined : JSON.parse(text));
      },
      put: (key, value, done) => {
        storage.put(prefix + key, JSON.stringify(value));
        done();
      },
      del: (key, done) => {
        storage.delete(prefix + key);
        done();
      },
      batch: (operations, done) => {
        for (const { type, key, value } of operations) {
          if (type === 'put') storage.put(prefix + key, JSON.stringify(value));
          else storage.delete(prefix + key);
        }
        done();
      },
      createKeyStream: () => [...storage.keys(all)].map((key) => key.slice(prefix.length)),
      createValueStream: () => [...storage.texts(all)].map(([, text]) => JSON.parse(text)),
    };
  }

  private deleteAll(prefix: string, done: Done): void {
    this.storage.deleteRange({ gte: prefix, lt: prefix + end });
    done();
  }

  /** Deletes the tables whose deletion a killed process left half done. */
  private finishDeletions(): void {
    for (const [key, text] of [...this.storage.texts({ gte: 'table~', lt: `table~${end}` })]) {
      if ((JSON.parse(text) as Table).TableStatus === 'DELETING') this.storage.delete(key);
    }
  }
}

/** After every other text. */
const end = '\u{10ffff}';

const tableKey = (name: string): string => `table~${name}`;
const itemPrefix = (table: string): string => `item-${table}~`;
const indexPrefix = (type: string, table: string, index: string): string =>
  `index-${type.toLowerCase()}~${table}~${index}~`;
const tagPrefix = (table: string): string => `tag-${table}~`;

/** The table as it is stored: active at once, since a killed process could not make it active later. */
const settledTable = (table: Table): Table => {
  if (table.TableStatus === 'DELETING') return table;
  const { GlobalSecondaryIndexes: indexes } = table;
  return {
    ...table,
    TableStatus: 'ACTIVE',
    ...(indexes && { GlobalSecondaryIndexes: indexes.map((index) => ({ ...index, IndexStatus: 'ACTIVE' })) }),
  };
};

/** The error that dynalite knows by its name, in AWS's words. */
const notFound = (message: string) =>
  Object.assign(new Error(message), {
    name: 'NotFoundError',
    statusCode: 400,
    body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message },
  });
