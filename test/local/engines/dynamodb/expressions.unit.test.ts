import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Parse, remembering } from '../../../../local/engines/dynamodb/expressions.ts';

const require = createRequire(import.meta.url);
const { compare } = require('dynalite/db');
const parserOf = (name: string): Parse => require(`dynalite/db/${name}`).parse;

const conditions = [
  'attribute_not_exists(#a) OR #a < :x AND NOT contains(#b, :y) AND NOT size(#c) >= :x',
  '#a = :x AND begins_with(#b, :y)',
  '#a BETWEEN :x AND :y',
  'attribute_type(#a, :x)',
  '#a IN (:x, :y)',
  '#a.#b[3] <> :x',
  'plain = :x OR #a = #a',
  'name = :x',
  '((#a = :x))',
  'size(#a)',
  'unknown(#a)',
  '#a = ',
];
const updates = [
  'SET #a = :x, #b = list_append(if_not_exists(#b, :y), :x)',
  'SET #a[1000] = :x REMOVE #b[0], #c.d',
  'ADD #a :x DELETE #b :y',
  'SET #a = #b + :x, #c = #b - :y',
  'SET #a = :x, #a.b = :y',
  'SET #a = :x SET #b = :y',
  'REMOVE name',
  'SET',
];
const projections = ['#a, #b.#c', 'plain, #a[0]', '#a, #a', 'name', ','];

const text = fc.string({ maxLength: 3 });
const value = fc.oneof(
  fc.record({ S: text }),
  fc.record({ N: fc.nat().map(String) }),
  fc.record({ L: fc.array(fc.record({ S: text }), { maxLength: 2 }) }),
  fc.record({ SS: fc.uniqueArray(text, { minLength: 1, maxLength: 2 }) }),
  fc.record({ BOOL: fc.boolean() }),
  fc.record({ M: fc.record({ S: fc.record({ S: text }) }) }),
);
const context = fc.record({
  attrNames: fc.option(
    fc.dictionary(fc.constantFrom('#a', '#b', '#c', '#d'), fc.constantFrom<string>('one', 'two', '__proto__')),
    { nil: undefined },
  ),
  attrVals: fc.option(fc.dictionary(fc.constantFrom(':x', ':y', ':z'), value), { nil: undefined }),
});
type Given = typeof context extends fc.Arbitrary<infer T> ? T : never;

/** What dynalite sees of a parse: the tree or the message, and what is left unused. */
const outcomeOf = (parse: Parse, expression: string, { attrNames, attrVals }: Given) => {
  const unused = (of: object | undefined) =>
    Object.fromEntries(Object.keys(of ?? {}).map((name) => [name, true as const]));
  const isReserved = (name: string) => name === 'name';
  const own = { attrNames, attrVals, unusedAttrNames: unused(attrNames), unusedAttrVals: unused(attrVals) };
  let tree: unknown;
  try {
    tree = parse(expression, { context: { ...own, isReserved, compare } as never });
  } catch (error) {
    return { thrown: (error as Error).message };
  }
  return typeof tree === 'string' ? { message: tree } : { tree, unused: [own.unusedAttrNames, own.unusedAttrVals] };
};

describe.each([
  ['conditionParser', conditions],
  ['updateParser', updates],
  ['projectionParser', projections],
])('the expressions of dynalite’s %s', (name, expressions) => {
  it('are understood as dynalite does, whatever came before', () => {
    const own = parserOf(name);
    const remembered = remembering(own);
    fc.assert(
      fc.property(fc.constantFrom(...expressions), context, (expression, given) => {
        expect(outcomeOf(remembered, expression, given)).toEqual(outcomeOf(own, expression, given));
      }),
      { numRuns: 2_000 },
    );
  });
});

it('an expression is parsed once for all values of the same types', () => {
  let parsed = 0;
  const own = parserOf('conditionParser');
  const parse = remembering((...args) => {
    parsed++;
    return own(...args);
  });
  const attrNames = { '#a': 'one' };
  for (const S of ['x', 'y', 'z']) {
    expect(outcomeOf(parse, '#a = :x', { attrNames, attrVals: { ':x': { S } } })).toMatchObject({
      tree: { expression: { type: '=', args: [['one'], { S }] } },
    });
  }
  expect(parsed).toBe(1);
  outcomeOf(parse, '#a = :x', { attrNames, attrVals: { ':x': { N: '1' } } });
  outcomeOf(parse, '#a = :x', { attrNames: { '#a': 'two' }, attrVals: { ':x': { S: 'x' } } });
  expect(parsed).toBe(3);
});

it('a tree that was changed stays as it was for the next call', () => {
  const parse = remembering(parserOf('conditionParser'));
  const given = { attrNames: { '#a': 'one' }, attrVals: { ':x': { S: 'x' } } };
  const { tree } = outcomeOf(parse, ':x < #a', given) as { tree: { expression: { type: string; args: unknown[] } } };
  tree.expression.type = '>';
  tree.expression.args.reverse();
  expect(outcomeOf(parse, ':x < #a', given)).toMatchObject({
    tree: { expression: { type: '<', args: [{ S: 'x' }, ['one']] } },
  });
});
