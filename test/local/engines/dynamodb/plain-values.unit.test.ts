import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { passingPlainValues } from '../../../../local/engines/dynamodb/plain-values.ts';

const require = createRequire(import.meta.url);
const { checkTypes } = require('dynalite/validations');
const { types } = require('dynalite/validations/updateItem');
const checkTypesFast = passingPlainValues(checkTypes);

const text = fc.oneof(fc.string(), fc.constantFrom('AQID', 'AQI'));
const scalar = fc.oneof(text, fc.double(), fc.boolean(), fc.constant(null));
const name = fc.oneof(fc.constantFrom('a', '#b', '__proto__', 'constructor'), fc.string());
const oddity = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }), fc.dictionary(name, scalar, { maxKeys: 2 }));

const typed = fc.dictionary(fc.constantFrom('S', 'N', 'BOOL', 'NULL', 'B', 'SS', 'L', 'M', 'X'), oddity, {
  maxKeys: 2,
});
const { value } = fc.letrec<{ value: unknown; right: unknown; wrong: unknown }>((tie) => ({
  value: fc.oneof({ arbitrary: tie('right'), weight: 5 }, { arbitrary: tie('wrong'), weight: 1 }),
  right: fc.oneof(
    { maxDepth: 4 },
    fc.record({ S: text }),
    fc.record({ N: text }),
    fc.record({ BOOL: fc.boolean() }),
    fc.record({ NULL: fc.boolean() }),
    fc.record({ B: fc.constantFrom('AQID', '') }),
    fc.record({ SS: fc.array(text, { maxLength: 2 }) }),
    fc.record({ L: fc.array(tie('value'), { maxLength: 3 }) }),
    fc.record({ M: fc.dictionary(name, tie('value'), { maxKeys: 3 }) }),
  ),
  wrong: fc.oneof(
    oddity,
    typed,
    fc.tuple(typed, tie('right')).map((both) => Object.assign({}, ...both)),
  ),
}));
const values = fc.oneof(fc.dictionary(name, value, { maxKeys: 4 }), oddity);
const input = fc.record(
  {
    TableName: fc.oneof(text, oddity),
    Key: values,
    ExpressionAttributeValues: values,
    UpdateExpression: fc.oneof(text, oddity),
    Unknown: oddity,
  },
  { requiredKeys: [] },
);

/** As a request brings it: in JSON, which has no value that is not defined, and in which `__proto__` is a name. */
const outcomeOf = (check: typeof checkTypes, json: string) => {
  try {
    return { checked: check(JSON.parse(json), types) };
  } catch (error) {
    return { refused: (error as Error).message };
  }
};

describe('the check of an input with plain values', () => {
  it('answers and refuses just as dynalite does', () => {
    fc.assert(
      fc.property(input, (any) => {
        const json = JSON.stringify(any);
        expect(outcomeOf(checkTypesFast, json)).toEqual(outcomeOf(checkTypes, json));
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves plain values as they are, however deep', () => {
    const Key = { id: { S: 'a' }, at: { N: '1' } };
    const values = { ':a': { M: { b: { L: [{ BOOL: true }, { NULL: true }, { M: {} }] } } } };

    const checked = checkTypesFast({ TableName: 'orders', Key, ExpressionAttributeValues: values }, types);

    expect(checked.Key).toBe(Key);
    expect(checked.ExpressionAttributeValues).toBe(values);
  });
});
