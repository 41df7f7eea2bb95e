import { require } from './dynalite.ts';
import { type Item, refuseItemChanges } from './item-changes.ts';

type Visit = (attribute: string, type: string, index: { readonly IndexName: string }) => unknown;

/** Refuses items and updates with an empty value of an index's key, which dynalite takes. */
export function refuseEmptyIndexKeys(): void {
  const database = require('dynalite/db');
  const { validateItem, validationError } = database;
  const findKey: (table: unknown, visit: Visit) => unknown = database.traverseIndexes;

  database.validateItem = (item: Item, table: unknown) =>
    validateItem(item, table) ||
    findKey(table, (attribute, type, { IndexName }) => {
      if (item[attribute]?.[type] !== '') return undefined;
      return validationError(`${unsupported(specified, type)} IndexName: ${IndexName}, IndexKey: ${attribute}`);
    });

  refuseItemChanges(({ table, before, after }) =>
    findKey(table, (attribute, type) => {
      if (after?.[attribute]?.[type] !== '' || before?.[attribute]?.[type] === '') return undefined;
      return validationError(unsupported(attemptedUpdate, type));
    }),
  );
}

const specified = 'A value specified for a secondary index key is';
const attemptedUpdate = 'The update expression attempted to update a secondary index key to a value that is';

const unsupported = (what: string, type: string): string =>
  `One or more parameter values are not valid. ${what} not supported. ` +
  `The AttributeValue for a key attribute cannot contain an empty ${type === 'B' ? 'binary' : 'string'} value.`;
