import { require } from './dynalite.ts';

export type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** An item before and after it is written; not there before its first write, and after it is deleted. */
export interface ItemChange {
  readonly table: unknown;
  readonly before?: Item | null;
  readonly after?: Item | null;
}

type Callback = (error: unknown) => void;

/**
 * Has dynalite refuse what `refusalOf` answers, just before an item changes: an update is judged by what it makes of the
 * item, since what it writes may come from another attribute, or lie deep in one.
 */
export function refuseItemChanges(refusalOf: (change: ItemChange) => unknown): void {
  const database = require('dynalite/db');
  const { updateIndexes } = database;
  database.updateIndexes = (
    store: unknown,
    table: unknown,
    before: ItemChange['before'],
    after: ItemChange['after'],
    callback: Callback,
  ) => {
    const refusal = refusalOf({ table, before, after });
    if (refusal) callback(refusal);
    else updateIndexes(store, table, before, after, callback);
  };
}
