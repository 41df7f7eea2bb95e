import { createRequire } from 'node:module';
import type { ChangeLog } from './change-log.ts';
import type { ItemDatabase, StreamSpecification, Table } from './change-storage.ts';
import type { Action, Input, Store } from './level-engine.ts';

/** The part of dynalite's store that changing tables uses. */
export interface TableStore extends Store {
  readonly db: Store['db'] & ItemDatabase;
  readonly tableDb: {
    readonly awsAccountId: string;
    readonly awsRegion: string;
    lock(name: string, locked: (release: <C>(callback: C) => C) => void): void;
    put(name: string, table: Table, callback: (error?: unknown) => void): void;
  };
  getTable(name: string, checkStatus: boolean, callback: (error: unknown, table: Table) => void): void;
}

/**
 * Captures changes where dynalite stores them, whatever operation they come from: all that is written goes to the
 * database by way of the log, an item of a table with a stream with its record.
 */
export const captureChanges = (db: ItemDatabase, log: ChangeLog): void => {
  db.put = (key, value, callback) => {
    if (key.startsWith('table~')) log.putTable({ type: 'put', key, value }, value as Table, callback);
    else log.write(tableOf(key), key, JSON.stringify(value), callback);
  };
  db.del = (key, callback) => log.write(tableOf(key), key, undefined, callback);
};

/** The table whose item lies under the key, if one does. */
const tableOf = (key: string): string | undefined =>
  key.startsWith('item-') ? key.slice('item-'.length, key.indexOf('~')) : undefined;

/** Lets `CreateTable` and `UpdateTable` take a `StreamSpecification`, which dynalite does not know. */
export const acceptStreams = (): void => {
  const require = createRequire(import.meta.url);
  for (const operation of ['createTable', 'updateTable']) {
    const validation = require(`dynalite/validations/${operation}`);
    validation.types.StreamSpecification = {
      type: 'FieldStruct<StreamSpecification>',
      children: {
        StreamEnabled: { type: 'Boolean', notNull: true },
        StreamViewType: { type: 'String', enum: ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] },
      },
    };
    const { custom } = validation;
    validation.custom = (input: Input, store: Store) =>
      refusalOf(input.StreamSpecification as StreamSpecification | undefined) ??
      (operation === 'updateTable' && input.StreamSpecification ? undefined : custom(input, store));
  }
};

const refusalOf = (specification: StreamSpecification | undefined): string | undefined => {
  if (!specification || specification.StreamEnabled === (specification.StreamViewType !== undefined)) return undefined;
  return `One or more parameter values were invalid: StreamViewType must ${specification.StreamEnabled ? '' : 'not '}be given when StreamEnabled is ${specification.StreamEnabled}`;
};

/** `CreateTable` that names the new table's stream. */
export const creatingStream =
  (log: () => ChangeLog) =>
  (original: Action): Action =>
  (store, input, callback) => {
    const { StreamSpecification: specification, TableName: name } = input;
    if ((specification as StreamSpecification | undefined)?.StreamEnabled)
      Object.assign(input, latestStream(log(), store as TableStore, String(name)));
    else delete input.StreamSpecification;
    original(store, input, callback);
  };

/** `UpdateTable` that switches a stream on or off; as on AWS, nothing else in the same call. */
export const updatingStream =
  (log: () => ChangeLog) =>
  (original: Action): Action =>
  (store, input, callback) => {
    const { StreamSpecification, TableName, ...others } = input;
    const specification = StreamSpecification as StreamSpecification | undefined;
    if (!specification) return original(store, input, callback);
    if (Object.keys(others).length > 0)
      return callback(validationError(`A call that changes the stream can't change ${Object.keys(others).join(', ')}`));
    const name = String(TableName);
    const { tableDb, getTable } = store as TableStore;
    tableDb.lock(name, (release) => {
      const answer = release(callback);
      getTable(name, false, (error, table) => {
        if (error) return answer(error);
        const enabled = table.StreamSpecification?.StreamEnabled ?? false;
        if (enabled === specification.StreamEnabled) {
          const state = enabled ? 'an enabled' : 'a disabled';
          return answer(validationError(`Table already has ${state} stream: TableName: ${name}`));
        }
        const { StreamSpecification: _, ...without } = table;
        const changed: Table = enabled
          ? without
          : { ...table, StreamSpecification: specification, ...latestStream(log(), store as TableStore, name) };
        tableDb.put(name, changed, (failure) => answer(failure, { TableDescription: changed }));
      });
    });
  };

/** A stream's label is the moment of its making, and no other stream's of the table. */
const latestStream = (log: ChangeLog, { tableDb }: TableStore, tableName: string) => {
  const prefix = `arn:aws:dynamodb:${tableDb.awsRegion}:${tableDb.awsAccountId}:table/${tableName}/stream/`;
  let atMs = Date.now();
  const label = () => new Date(atMs).toISOString().slice(0, -1);
  while (log.describe(prefix + label())) atMs++;
  return { LatestStreamArn: prefix + label(), LatestStreamLabel: label() };
};

const validationError = (message: string) =>
  Object.assign(new Error(message), {
    statusCode: 400,
    body: { __type: 'com.amazon.coral.validate#ValidationException', message },
  });
