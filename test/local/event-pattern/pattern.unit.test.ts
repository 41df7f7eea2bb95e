import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InvalidEventPattern } from '../../../local/event-pattern/invalid-event-pattern.ts';
import { compilePattern } from '../../../local/event-pattern/pattern.ts';

const matches = (pattern: object, event: unknown): boolean => compilePattern(JSON.stringify(pattern))(event);
const refusal = (pattern: unknown): string => {
  try {
    compilePattern(typeof pattern === 'string' ? pattern : JSON.stringify(pattern));
  } catch (error) {
    if (error instanceof InvalidEventPattern) return error.message.replace('Event pattern is not valid. Reason: ', '');
    throw error;
  }
  return 'accepted';
};

type Json = string | number | { readonly [key: string]: Json };
type Pattern = { readonly [key: string]: readonly unknown[] | Pattern };

const name = fc.constantFrom('a', 'b', 'c');
const key = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'));
const { tree } = fc.letrec<{ tree: Json; branch: Json }>((tie) => ({
  branch: fc.oneof(fc.constantFrom('x', 'y', 1), { weight: 2, arbitrary: tie('tree') }),
  tree: fc.dictionary(key, tie('branch') as fc.Arbitrary<Json>, { maxKeys: 3 }),
}));
const leaf = fc.constantFrom(['x'], ['y', 1], [{ exists: false }], [{ exists: true }], [{ 'anything-but': 'x' }]);
const { pattern } = fc.letrec<{ pattern: Pattern; field: Pattern[string] }>((tie) => ({
  field: fc.oneof(leaf, tie('pattern')),
  pattern: fc.dictionary(key, tie('field') as fc.Arbitrary<Pattern[string]>, { minKeys: 1, maxKeys: 2 }),
}));

/** What lies at each path that ends in no object, the names of the path joined by dots. */
const byPath = <Leaf>(value: unknown, path = ''): [string, Leaf][] =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.entries(value).flatMap(([key, each]) => byPath<Leaf>(each, path === '' ? key : `${path}.${key}`))
    : [[path, value as Leaf]];

/** The rule that the language has without arrays: each path of the pattern has a value that one of its own fits. */
const matchesByPath = (wanted: object, event: Json): boolean => {
  const found = Map.groupBy(byPath<string | number>(event), ([path]) => path);
  return [...new Map(byPath<unknown[]>(wanted))].every(([path, alternatives]) => {
    const values = (found.get(path) ?? []).map(([, value]) => value);
    return alternatives.some((alternative) => {
      if (typeof alternative !== 'object') return values.includes(alternative as string);
      if ('exists' in (alternative as object)) return values.length > 0 === (alternative as { exists: boolean }).exists;
      return values.some((value) => value !== 'x');
    });
  });
};

/** A value at a path, each step either a level or a dot. */
const spelled = (path: readonly string[], value: unknown, isDot: () => boolean): object => {
  const [first = '', ...rest] = path;
  let key = first;
  while (rest.length > 0 && isDot()) key += `.${rest.shift()}`;
  return { [key]: rest.length === 0 ? value : spelled(rest, value, isDot) };
};

describe('an event pattern', () => {
  it.each<[string, object, unknown, boolean]>([
    // values
    ['equals a string', { a: ['x'] }, { a: 'x' }, true],
    ['tells strings apart by case', { a: ['x'] }, { a: 'X' }, false],
    ['takes any value of the list', { a: ['x', 'y'] }, { a: 'y' }, true],
    ['needs every field', { a: ['x'], b: ['y'] }, { a: 'x' }, false],
    ['ignores fields it does not name', { a: ['x'] }, { a: 'x', z: 1 }, true],
    ['tells keys apart by case', { A: ['x'] }, { a: 'x' }, false],
    ['reaches into objects', { a: { b: ['x'] } }, { a: { b: 'x' } }, true],
    ['equals null', { a: [null] }, { a: null }, true],
    ['does not take an absent field for null', { a: [null] }, {}, false],
    ['does not take an empty string for null', { a: [null] }, { a: '' }, false],
    ['equals an empty string', { a: [''] }, { a: '' }, true],
    ['equals true', { a: [true] }, { a: true }, true],
    ['does not take the string true for true', { a: [true] }, { a: 'true' }, false],
    ['compares numbers by value', { a: [300] }, { a: 300.0 }, true],
    ['does not take a string for a number', { a: [300] }, { a: '300' }, false],
    // arrays
    ['matches an array by any element', { a: ['x'] }, { a: ['w', 'x'] }, true],
    ['does not match an array without it', { a: ['x'] }, { a: ['w'] }, false],
    ['never matches an empty array by null', { a: [null] }, { a: [] }, false],
    ['matches an object in an array', { a: { b: ['x'], c: [1] } }, { a: [{ b: 'w' }, { b: 'x', c: 1 }] }, true],
    ['wants one object of an array to satisfy all', { a: { b: ['x'], c: [1] } }, { a: [{ b: 'x' }, { c: 1 }] }, false],
    // paths
    [
      'joins a dotted key to a path',
      { detail: { 'state.status': ['on'] } },
      { detail: { state: { status: 'on' } } },
      true,
    ],
    ['joins a dotted field too', { detail: { state: { status: ['on'] } } }, { detail: { 'state.status': 'on' } }, true],
    ['needs the whole path of a dotted field', { a: { b: ['x'] } }, { 'a.b': { b: 'x' } }, false],
    ['needs the whole path of a dotted key', { 'a.b': { b: ['x'] } }, { a: { b: 'x' } }, false],
    ['brings together what dots spread', { a: { b: ['x'], c: ['y'] } }, { a: { b: 'x' }, 'a.c': 'y' }, true],
    ['misses absence of a dotted field', { a: { b: [{ exists: false }] } }, { 'a.b': 'x' }, false],
    [
      'wants one object of an array to satisfy dotted keys',
      { 'a.b': [1], 'a.c': [1] },
      { a: [{ b: 1 }, { c: 1 }] },
      false,
    ],
    ['takes a field for a value and for an object', { a: ['x'], 'a.b': ['y'] }, { a: 'x', 'a.b': 'y' }, true],
    [
      'takes __proto__ for a key like any other',
      { 'x.__proto__': { y: [1] } },
      JSON.parse('{"x.__proto__":{"y":1}}'),
      true,
    ],
    ['takes a dotted key literally too', { 'a.b': ['x'] }, { 'a.b': 'x' }, true],
    // exists
    ['finds what exists', { a: [{ exists: true }] }, { a: null }, true],
    ['misses what does not exist', { a: [{ exists: true }] }, {}, false],
    ['matches absence', { a: [{ exists: false }] }, { b: 1 }, true],
    ['does not match absence of what is there', { a: [{ exists: false }] }, { a: 1 }, false],
    ['takes an empty array for absent', { a: [{ exists: false }] }, { a: [] }, true],
    ['never finds an empty array', { a: [{ exists: true }] }, { a: [] }, false],
    ['looks for leaves, not objects', { a: [{ exists: true }] }, { a: { b: 1 } }, false],
    ['finds a leaf in any object of an array', { a: { id: [{ exists: true }] } }, { a: [{ k: 1 }, { id: 'x' }] }, true],
    [
      'misses absence if one object of an array has it',
      { a: { id: [{ exists: false }] } },
      { a: [{ k: 1 }, { id: 'x' }] },
      false,
    ],
    [
      'matches absence below an absent parent',
      { n: { h: { S: [{ 'anything-but': ['x'] }, { exists: false }] } } },
      { n: {} },
      true,
    ],
    // prefix, suffix, case
    ['matches a prefix', { a: [{ prefix: 'ab' }] }, { a: 'abc' }, true],
    ['misses a prefix', { a: [{ prefix: 'bc' }] }, { a: 'abc' }, false],
    ['matches any string by an empty prefix', { a: [{ prefix: '' }] }, { a: 'abc' }, true],
    ['never matches a number by a prefix', { a: [{ prefix: '' }] }, { a: 1 }, false],
    ['matches a prefix of any case', { a: [{ prefix: { 'equals-ignore-case': 'AB' } }] }, { a: 'abc' }, true],
    ['matches a suffix', { a: [{ suffix: 'bc' }] }, { a: 'abc' }, true],
    ['matches any string by an empty suffix', { a: [{ suffix: '' }] }, { a: 'abc' }, true],
    ['matches a suffix of any case', { a: [{ suffix: { 'equals-ignore-case': '.PNG' } }] }, { a: 'x.png' }, true],
    ['equals in any case', { a: [{ 'equals-ignore-case': 'Ab' }] }, { a: 'aB' }, true],
    ['equals an empty string in any case', { a: [{ 'equals-ignore-case': '' }] }, { a: '' }, true],
    ['does not match more than an empty string', { a: [{ 'equals-ignore-case': '' }] }, { a: 'x' }, false],
    // anything-but
    ['takes anything but a string', { a: [{ 'anything-but': 'x' }] }, { a: 'y' }, true],
    ['does not take that string', { a: [{ 'anything-but': 'x' }] }, { a: 'x' }, false],
    ['takes anything but a number', { a: [{ 'anything-but': 0 }] }, { a: 1 }, true],
    ['does not take one of a list', { a: [{ 'anything-but': [100, 200] }] }, { a: 200 }, false],
    ['takes null as anything but', { a: [{ 'anything-but': ['x'] }] }, { a: null }, true],
    ['does not take an absent field', { a: [{ 'anything-but': ['x'] }] }, {}, false],
    ['takes anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'ax' }, true],
    ['does not take one of its prefixes', { a: [{ 'anything-but': { prefix: ['w', 'x'] } }] }, { a: 'xa' }, false],
    ['takes a number as anything but a prefix', { a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 1 }, true],
    ['takes anything but a suffix', { a: [{ 'anything-but': { suffix: ['.txt', '.rtf'] } }] }, { a: 'a.png' }, true],
    ['does not take a suffix', { a: [{ 'anything-but': { suffix: '.txt' } }] }, { a: 'a.txt' }, false],
    [
      'does not take a word of any case',
      { a: [{ 'anything-but': { 'equals-ignore-case': ['X'] } }] },
      { a: 'x' },
      false,
    ],
    ['takes anything but a wildcard', { a: [{ 'anything-but': { wildcard: '*/lib/*' } }] }, { a: 'a/bin/b' }, true],
    ['does not take a wildcard', { a: [{ 'anything-but': { wildcard: ['*/lib/*'] } }] }, { a: 'a/lib/b' }, false],
    // numeric
    ['compares a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 5 }, true],
    ['leaves a range', { a: [{ numeric: ['>', 0, '<=', 5] }] }, { a: 0 }, false],
    ['compares fractions', { a: [{ numeric: ['=', 300] }] }, { a: 300.0 }, true],
    ['never compares a string', { a: [{ numeric: ['=', 300] }] }, { a: '300' }, false],
    ['never compares null', { a: [{ numeric: ['<', 300] }] }, { a: null }, false],
    // wildcard
    ['stands for any characters', { a: [{ wildcard: 'ab*yz' }] }, { a: 'abcxyz' }, true],
    ['stands for none', { a: [{ wildcard: 'ab*yz' }] }, { a: 'abyz' }, true],
    ['does not share characters', { a: [{ wildcard: 'ab*b' }] }, { a: 'ab' }, false],
    ['finds its parts in order', { a: [{ wildcard: '*b*d*' }] }, { a: 'abcde' }, true],
    ['keeps their order', { a: [{ wildcard: '*d*b*' }] }, { a: 'abcde' }, false],
    ['escapes a star', { a: [{ wildcard: 'a\\*b' }] }, { a: 'a*b' }, true],
    ['takes an escaped star for nothing else', { a: [{ wildcard: 'a\\*b' }] }, { a: 'axb' }, false],
    ['matches nothing by an empty wildcard', { a: [{ wildcard: '' }] }, { a: 'x' }, false],
    // cidr
    ['finds an address in its network', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.0.255' }, true],
    ['tells networks apart', { a: [{ cidr: '10.0.0.0/24' }] }, { a: '10.0.1.0' }, false],
    ['finds a v6 address', { a: [{ cidr: '2001:db8:1234:1a00::/64' }] }, { a: '2001:db8:1234:1a00::1' }, true],
    ['never takes a word for an address', { a: [{ cidr: '10.0.0.0/24' }] }, { a: 'xx.11.xx' }, false],
    // several
    ['takes any of several operators', { a: [{ prefix: 'x' }, { suffix: 'z' }] }, { a: 'yz' }, true],
    ['takes one branch of $or', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { b: 'y' }, true],
    ['takes no branch of $or', { $or: [{ a: ['x'] }, { b: ['y'] }] }, { a: 'y', b: 'x' }, false],
    ['wants the rest beside $or', { c: [1], $or: [{ a: ['x'] }, { b: ['y'] }] }, { a: 'x', c: 2 }, false],
    [
      'nests $or',
      { d: { $or: [{ n: [{ numeric: ['>', 1] }] }, { s: [{ 'anything-but': 'x' }] }] } },
      { d: { n: 0, s: 'y' } },
      true,
    ],
    // as AWS's guide shows them
    [
      'takes the nested $or of the guide by its number',
      { detail: { $or: [{ 'c-count': [{ numeric: ['>', 5] }] }, { 'd-count': [{ numeric: ['<', 10] }] }] } },
      { detail: { 'c-count': 6 } },
      true,
    ],
    [
      'takes the nested $or of the guide by an exponent',
      { detail: { $or: [{ 'c-count': [{ numeric: ['>', 5] }] }, { 'x-limit': [{ numeric: ['=', 3.018e2] }] }] } },
      { detail: { 'c-count': 5, 'x-limit': 301.8 } },
      true,
    ],
    ['wants both of two ranges', { a: [{ numeric: ['>=', -5, '<', 5] }] }, { a: -5 }, true],
    ['leaves a range at its open end', { a: [{ numeric: ['>=', -5, '<', 5] }] }, { a: 5 }, false],
    ['compares less or equal', { a: [{ numeric: ['<=', 1.5] }] }, { a: 1.5 }, true],
    ['finds a number in an array', { a: [{ numeric: ['=', 2] }] }, { a: [1, '2', 2] }, true],
    [
      'takes anything but several states',
      { a: [{ 'anything-but': ['stopped', 'overloaded'] }] },
      { a: 'running' },
      true,
    ],
    ['takes an array with any other element', { a: [{ 'anything-but': ['x'] }] }, { a: ['x', 'y'] }, true],
    ['does not take an array of nothing else', { a: [{ 'anything-but': ['x'] }] }, { a: ['x', 'x'] }, false],
    ['does not take an empty array as anything but', { a: [{ 'anything-but': ['x'] }] }, { a: [] }, false],
    ['takes a string as anything but a number', { a: [{ 'anything-but': 1 }] }, { a: '1' }, true],
    ['takes anything but a suffix of a number', { a: [{ 'anything-but': { suffix: '1' } }] }, { a: 1 }, true],
    [
      'takes anything but any of several words',
      { a: [{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }] },
      { a: 'C' },
      true,
    ],
    ['misses a suffix', { a: [{ suffix: '.png' }] }, { a: 'x.PNG' }, false],
    ['misses a suffix of any case', { a: [{ suffix: { 'equals-ignore-case': '.PNG' } }] }, { a: 'x.jpg' }, false],
    ['misses a prefix of any case', { a: [{ prefix: { 'equals-ignore-case': 'AB' } }] }, { a: 'bab' }, false],
    ['finds a suffix in an array', { a: [{ suffix: 'z' }] }, { a: ['x', 'yz'] }, true],
    ['ignores case beyond ASCII', { a: [{ 'equals-ignore-case': 'ÀÉ' }] }, { a: 'àé' }, true],
    [
      'finds a path between wildcards',
      { a: [{ wildcard: 'Users/*/pictures/*.png' }] },
      { a: 'Users/me/pictures/a.png' },
      true,
    ],
    ['misses another path', { a: [{ wildcard: 'Users/*/pictures/*.png' }] }, { a: 'Users/me/music/a.png' }, false],
    ['matches any string by a star', { a: [{ wildcard: '*' }] }, { a: '' }, true],
    ['never matches a number by a wildcard', { a: [{ wildcard: '*' }] }, { a: 1 }, false],
    ['escapes a backslash', { a: [{ wildcard: 'a\\\\*' }] }, { a: 'a\\b' }, true],
    ['finds one address', { a: [{ cidr: '10.0.0.1/32' }] }, { a: '10.0.0.1' }, true],
    ['finds every address', { a: [{ cidr: '0.0.0.0/0' }] }, { a: '203.0.113.9' }, true],
    ['never finds a v6 address in a v4 network', { a: [{ cidr: '0.0.0.0/0' }] }, { a: '::1' }, false],
    ['finds what exists beside what matches', { a: [{ exists: true }], b: ['x'] }, { a: 0, b: 'x' }, true],
    ['takes false for there', { a: [{ exists: true }] }, { a: false }, true],
    ['matches absence of a parent', { a: { b: [{ exists: false }] } }, {}, true],
    [
      'matches absence in every object of an array',
      { a: { b: [{ exists: false }] } },
      { a: [{ c: 1 }, { d: 1 }] },
      true,
    ],
    ['takes null or absence', { a: [null, { exists: false }] }, {}, true],
    ['takes null or an empty string', { a: [null, ''] }, { a: '' }, true],
    ['matches an account that is text', { account: ['012345678901'] }, { account: '012345678901' }, true],
    ['equals a number in an array', { a: [2] }, { a: [1, 2] }, true],
    ['equals false', { a: [false] }, { a: false }, true],
    ['does not take 0 for false', { a: [false] }, { a: 0 }, false],
    ['tells accents apart', { a: ['e'] }, { a: 'é' }, false],
    [
      'routes the events of one type',
      { 'detail-type': ['sales-events'], detail: { store_id: [{ exists: true }] } },
      { 'detail-type': 'sales-events', detail: { store_id: 'store_1' } },
      true,
    ],
    ['never matches what is no object', { a: ['x'] }, 'x', false],
  ])('%s', (_, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  it('compares the paths of the pattern and of the event, wherever dots stand for nesting', () => {
    fc.assert(
      fc.property(pattern, tree, (wanted, event) => {
        expect(matches(wanted, event)).toBe(matchesByPath(wanted, event));
      }),
      { numRuns: 5_000 },
    );
  });

  it('finds in an event what a path of it names, however either is spelled', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 6 }), fc.infiniteStream(fc.boolean()), (path, dots) => {
        const next = () => dots.next().value as boolean;

        expect(matches(spelled(path, ['x'], next), spelled(path, 'x', next))).toBe(true);
        expect(matches(spelled(path, ['x'], next), spelled([...path, 'more'], 'x', next))).toBe(false);
        expect(matches(spelled([...path, 'more'], ['x'], next), spelled(path, 'x', next))).toBe(false);
        expect(matches(spelled(path, [{ exists: false }], next), spelled(path, 'x', next))).toBe(false);
        expect(matches(spelled(path, ['x'], next), spelled(path, [{ x: 1 }, 'x'], next))).toBe(true);
      }),
    );
  });

  it('bears an event with more dots in a key than the stack is deep', () => {
    const key = 'a.'.repeat(100_000);

    expect(matches({ a: { a: ['x'] } }, { [key]: 'x', a: { [key]: 'y' } })).toBe(false);
  });

  it.each([100_000, 1])('finds its value in arrays nested %d deep', (depth) => {
    const nested = JSON.parse(`${'['.repeat(depth)}"x"${']'.repeat(depth)}`);

    expect(matches({ a: ['x'] }, { a: nested })).toBe(true);
    expect(matches({ a: ['y'] }, { a: nested })).toBe(false);
    expect(matches({ a: [{ exists: false }] }, { a: nested })).toBe(false);
  });

  it('takes the last of duplicate keys', () => {
    expect(compilePattern('{"a":["x"],"a":["y"]}')({ a: 'y' })).toBe(true);
  });

  it.each<[unknown, string]>([
    [{ int: 42 }, '"int" must be an object or an array'],
    [{ string: 'my-value' }, '"string" must be an object or an array'],
    [{ resources: [] }, 'Empty arrays are not allowed'],
    [{ a: {} }, 'Empty objects are not allowed'],
    [['not', 'a', 'dict'], 'Filter is not an object'],
    [{ a: [['x']] }, 'Match value must be String, number, true, false, or null'],
    [{ a: [{ prefix: 'x', suffix: 'y' }] }, 'Only one key allowed in match expression'],
    [{ a: [{ NUMERIC: ['=', 5] }] }, 'Unrecognized match type NUMERIC'],
    [{ a: [{ EXISTS: true }] }, 'Unrecognized match type EXISTS'],
    [{ a: [{ exists: 'yes' }] }, 'exists match pattern must be either true or false.'],
    [{ a: [{ prefix: ['x'] }] }, 'prefix match pattern must be a string'],
    [{ a: [{ suffix: 123 }] }, 'suffix match pattern must be a string'],
    [{ a: [{ 'equals-ignore-case': ['x'] }] }, 'equals-ignore-case match pattern must be a string'],
    [{ a: [{ numeric: 5 }] }, 'Value of numeric must be an array.'],
    [{ a: [{ numeric: [] }] }, 'Invalid member in numeric match: ]'],
    [{ a: [{ numeric: ['!', 1] }] }, 'Unrecognized numeric range operator: !'],
    [{ a: [{ numeric: ['=', 'x'] }] }, 'Value of equals must be numeric'],
    [{ a: [{ numeric: ['>', 0, '>', 0] }] }, 'Bad numeric range operator: >'],
    [{ a: [{ numeric: ['>', 0, '<'] }] }, 'Value of < must be numeric'],
    [{ a: [{ numeric: ['<', 0, '>', 1] }] }, 'Too many elements in numeric expression'],
    [{ a: [{ numeric: ['>', 5, '<', 5] }] }, 'Bottom must be less than top'],
    [{ a: [{ numeric: ['>', 0, '<', 5, '<', 6] }] }, 'Too many terms in numeric range expression'],
    [{ a: [{ cidr: ['bad-type'] }] }, 'prefix match pattern must be a string'],
    [{ a: [{ cidr: 'bad-ip' }] }, "Malformed CIDR, one '/' required"],
    [{ a: [{ cidr: '10.0.0.0/xx' }] }, 'Malformed CIDR, mask bits must be an integer'],
    [{ a: [{ cidr: 'xx.11.xx/8' }] }, 'Nonstandard IP address: xx.11.xx'],
    [{ a: [{ wildcard: 123 }] }, 'wildcard match pattern must be a string'],
    [{ a: [{ wildcard: 'arn:aws:events:us-east-1:**:event-bus/*' }] }, 'Consecutive wildcard characters at pos 26'],
    [
      { a: [{ wildcard: '*:*:*:*:*:event-bus/*' }] },
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    ],
    [{ a: [{ 'anything-but': { prefix: '' } }] }, 'Null prefix/suffix not allowed'],
    [{ a: [{ 'anything-but': { prefix: 123 } }] }, 'prefix/suffix match pattern must be a string'],
    [{ a: [{ 'anything-but': { suffix: [123, '.txt'] } }] }, 'prefix/suffix match pattern must be a string'],
    [
      { a: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'x' } } }] },
      'Value of anything-but must be an array or single string/number value.',
    ],
    [{ a: [{ 'anything-but': null }] }, 'Value of anything-but must be an array or single string/number value.'],
    [{ a: [{ 'anything-but': ['x', null] }] }, 'Inside anything but list, start|null|boolean is not supported.'],
    [
      { a: [{ 'anything-but': { 'equals-ignore-case': [123] } }] },
      'Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.',
    ],
    [{ a: [{ 'anything-but': { wildcard: 123 } }] }, 'wildcard match pattern must be a string'],
    [{ a: [{ 'anything-but': { numeric: ['=', 1] } }] }, 'Unsupported anything-but pattern: numeric'],
    [{ $or: { a: ['x'] } }, 'It must be an Array followed with $or.'],
    [{ $or: [{ a: ['x'] }] }, 'There must have at least 2 Objects in $or relationship.'],
  ])('%j is refused', (pattern, reason) => {
    expect(refusal(pattern)).toBe(reason);
  });

  it('is refused where it is no JSON', () => {
    expect(refusal("{'bad': 'quotation'}")).not.toBe('accepted');
  });
});
