import type { Range } from '../../storage/storage.ts';
import { type Callback, type Input, require } from './dynalite.ts';
import type { Item } from './item-changes.ts';
import type { TableStore } from './table-store.ts';

const database = require('dynalite/db');

/** The largest page of `Query` and `Scan`. */
const pageBytes = 1_048_576;

/** What dynalite makes of a `Query` or a `Scan` before it reads. */
interface Reading extends Input {
  readonly TableName: string;
  readonly IndexName?: string;
  readonly Limit?: number;
  readonly ReturnConsumedCapacity?: string;
  readonly ConsistentRead?: boolean;
  readonly ConditionalOperator?: string;
  readonly AttributesToGet?: readonly string[];
  readonly QueryFilter?: unknown;
  readonly ScanFilter?: unknown;
  readonly _filter?: { readonly expression: unknown };
  readonly _projection?: { readonly paths: readonly unknown[] };
}

interface KeyedTable {
  readonly KeySchema: readonly { readonly AttributeName: string }[];
}

/**
 * A page of `Query` or `Scan`, read in one turn, so that it shows one moment: dynalite reads item by item while others
 * are written. Stands in for its `db.queryTable`.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
 */
export const queryTable = (
  store: TableStore,
  table: KeyedTable,
  data: Reading,
  range: Partial<Range>,
  isLocal: boolean,
  wholeItems: boolean,
  startKeyNames: readonly string[],
  done: Callback,
): void => {
  const measures = data.ReturnConsumedCapacity === 'TOTAL' || data.ReturnConsumedCapacity === 'INDEXES';
  const rangeKey = table.KeySchema[1]?.AttributeName;
  const { Limit = Number.POSITIVE_INFINITY } = data;
  const read: Item[] = [];
  const bytesOf = { table: 0, index: 0 };
  let bytes = 0;
  for (const entry of store.values(data, isLocal, range)) {
    if (read.length >= Limit || bytes >= pageBytes) break;
    const item = wholeItems ? itemOf(store, table, data.TableName, entry) : entry;
    if (measures && data.IndexName) bytesOf.index += database.itemSize(entry);
    if (measures && (wholeItems || !data.IndexName)) bytesOf.table += database.itemSize(item);
    bytes += database.itemSize(item, true, true, rangeKey);
    read.push(item);
  }

  const last = read.at(-1);
  const isFull = last && (read.length >= Limit || bytes >= pageBytes);
  const kept = read.filter((item) => matches(item, data));
  const paths = data._projection?.paths ?? data.AttributesToGet;
  done(null, {
    ScannedCount: read.length,
    ...(isFull && { LastEvaluatedKey: Object.fromEntries(startKeyNames.map((name) => [name, last[name]])) }),
    Count: kept.length,
    ...(data.Select !== 'COUNT' && { Items: paths ? kept.map((item) => database.mapPaths(paths, item)) : kept }),
    ...(measures && { ConsumedCapacity: capacityOf(data, bytesOf, isLocal) }),
  });
};

const itemOf = (store: TableStore, table: KeyedTable, name: string, entry: Item): Item => {
  let found: unknown;
  store.getItemDb(name).get(database.createKey(entry, table), (_, item) => {
    found = item;
  });
  return found as Item;
};

const matches = (item: Item, { _filter, QueryFilter, ScanFilter, ConditionalOperator }: Reading): boolean => {
  if (_filter) return database.matchesExprFilter(item, _filter.expression);
  const filter = QueryFilter ?? ScanFilter;
  return filter ? database.matchesFilter(item, filter, ConditionalOperator) : true;
};

const capacityOf = (data: Reading, bytes: { readonly table: number; readonly index: number }, isLocal: boolean) => {
  const units = (of: number) => Math.ceil(of / 1_024 / 4) * (data.ConsistentRead ? 1 : 0.5);
  const { TableName, IndexName, ReturnConsumedCapacity } = data;
  const inIndex = {
    [isLocal ? 'LocalSecondaryIndexes' : 'GlobalSecondaryIndexes']: indexUnits(IndexName, units(bytes.index)),
  };
  return {
    CapacityUnits: units(bytes.table) + units(bytes.index),
    TableName,
    ...(ReturnConsumedCapacity === 'INDEXES' && {
      Table: { CapacityUnits: units(bytes.table) },
      ...(IndexName && inIndex),
    }),
  };
};

const indexUnits = (name: string | undefined, units: number) => name && { [name]: { CapacityUnits: units } };
