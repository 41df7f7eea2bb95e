import { createRequire } from 'node:module';

type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Callback = (error: unknown) => void;
type Visit = (attribute: string, type: string, index: { readonly IndexName: string }) => unknown;

/** Refuses items and updates with an empty value of an index's key, which dynalite takes. */
export function refuseEmptyIndexKeys(): void {
  const database = createRequire(import.meta.url)('dynalite/db');
  const { validateItem, updateIndexes, validationError } = database;
  const findKey: (table: unknown, visit: Visit) => unknown = database.traverseIndexes;

  database.validateItem = (item: Item, table: unknown) =>
    validateItem(item, table) ||
    findKey(table, (attribute, type, { IndexName }) => {
      if (item[attribute]?.[type] !== '') return undefined;
      return validationError(`${unsupported(specified, type)} IndexName: ${IndexName}, IndexKey: ${attribute}`);
    });

  // An update is judged by what it makes of the item, since the value may come from another attribute.
  database.updateIndexes = (
    store: unknown,
    table: unknown,
    before: Item | undefined,
    after: Item | null,
    callback: Callback,
  ) => {
    const refusal = findKey(table, (attribute, type) => {
      if (after?.[attribute]?.[type] !== '' || before?.[attribute]?.[type] === '') return undefined;
      return validationError(unsupported(attemptedUpdate, type));
    });
    if (refusal) callback(refusal);
    else updateIndexes(store, table, before, after, callback);
  };
}

const specified = 'A value specified for a secondary index key is';
const attemptedUpdate = 'The update expression attempted to update a secondary index key to a value that is';

const unsupported = (what: string, type: string): string =>
  `One or more parameter values are not valid. ${what} not supported. ` +
  `The AttributeValue for a key attribute cannot contain an empty ${type === 'B' ? 'binary' : 'string'} value.`;
