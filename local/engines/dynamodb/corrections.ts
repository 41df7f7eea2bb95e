import { type Input, leaveOutLevel, require } from './dynalite.ts';
import { remembering } from './expressions.ts';
import { refuseEmptyIndexKeys } from './index-keys.ts';
import { refuseNestedUpdates } from './nesting.ts';
import { passingPlainValues } from './plain-values.ts';
import { queryTable } from './query-table.ts';
import { acceptStreams } from './table-streams.ts';

/**
 * Replaces what dynalite does otherwise than AWS, or slowly. Must be called before dynalite is opened.
 *
 * | replaced | because |
 * | --- | --- |
 * | the three expression parsers | parsing takes a third of an update; an application has a few dozen expressions |
 * | `validations.checkTypes` | describes the type of every value anew: 60 KB of garbage for an order |
 * | `db.queryTable`, `db.lazy` | read through streams, item by item, while others write |
 * | `types` of `CreateTable`, `UpdateTable` | know no `StreamSpecification` |
 * | `types` of the writes, `db.checkConditional` | know no `ReturnValuesOnConditionCheckFailure` |
 * | `db.updateIndexes`, `db.validateItem` | take values that are nested too deep, and empty keys of an index |
 */
export const correctDynalite = (): void => {
  leaveOutLevel();
  for (const name of ['conditionParser', 'projectionParser', 'updateParser']) {
    const parser = require(`dynalite/db/${name}`);
    parser.parse = remembering(parser.parse);
  }
  const validations = require('dynalite/validations');
  validations.checkTypes = passingPlainValues(validations.checkTypes);
  const database = require('dynalite/db');
  database.queryTable = queryTable;
  database.lazy = listed;
  acceptStreams();
  answerRefusingItem();
  refuseNestedUpdates();
  refuseEmptyIndexKeys();
};

/** As much of a lazy list as dynalite uses, over values that are there already. */
const listed = (values: readonly unknown[]) => ({
  take: () => listed(values),
  join: (done: (values: readonly unknown[]) => void) => done(values),
});

/** A refused write answers with the item that refused it, if it is asked to. */
const answerRefusingItem = (): void => {
  for (const action of ['deleteItem', 'putItem', 'updateItem'])
    require(`dynalite/validations/${action}`).types.ReturnValuesOnConditionCheckFailure = {
      type: 'String',
      enum: ['ALL_OLD', 'NONE'],
    };
  const database = require('dynalite/db');
  const { checkConditional } = database;
  database.checkConditional = (input: Input, item?: object) => {
    const refusal = checkConditional(input, item);
    if (refusal && item && input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD') refusal.body.Item = item;
    return refusal;
  };
};
