import type { StreamSpecification, Table } from './change-keys.ts';
import type { ChangeLog } from './change-log.ts';
import { type Action, type Input, require } from './dynalite.ts';
import type { TableStore } from './table-store.ts';

/** Lets `CreateTable` and `UpdateTable` take a `StreamSpecification`, which dynalite does not know. */
export const acceptStreams = (): void => {
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
    validation.custom = (input: Input, store: unknown) =>
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
  (log: ChangeLog) =>
  (original: Action): Action =>
  (store, input, callback) => {
    const { StreamSpecification: specification, TableName: name } = input;
    if ((specification as StreamSpecification | undefined)?.StreamEnabled)
      Object.assign(input, latestStream(log, store as TableStore, String(name)));
    else delete input.StreamSpecification;
    original(store, input, callback);
  };

/** `UpdateTable` that switches a stream on or off; as on AWS, nothing else in the same call. */
export const updatingStream =
  (log: ChangeLog) =>
  (original: Action): Action =>
  (store, input, callback) => {
    const { StreamSpecification, TableName, ...others } = input;
    const specification = StreamSpecification as StreamSpecification | undefined;
    if (!specification) return original(store, input, callback);
    if (Object.keys(others).length > 0)
      return callback(validationError(`A call that changes the stream can't change ${Object.keys(others).join(', ')}`));
    const name = String(TableName);
    const { tableDb, getTable } = store as TableStore;
    getTable(name, false, (error, table) => {
      if (error || !table) return callback(error);
      const enabled = table.StreamSpecification?.StreamEnabled ?? false;
      if (enabled === specification.StreamEnabled) {
        const state = enabled ? 'an enabled' : 'a disabled';
        return callback(validationError(`Table already has ${state} stream: TableName: ${name}`));
      }
      const { StreamSpecification: _, ...without } = table;
      const changed: Table = enabled
        ? without
        : { ...table, StreamSpecification: specification, ...latestStream(log, store as TableStore, name) };
      tableDb.put(name, changed, () => callback(null, { TableDescription: changed }));
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
