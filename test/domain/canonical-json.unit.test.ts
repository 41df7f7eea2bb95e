import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { canonicalJson } from '../../domain/canonical-json.ts';

/** The same value with the fields of every object in another order. */
const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, field]) => [name, shuffled(field)]),
  );
};
const plain = fc.jsonValue({ maxDepth: 5 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

describe('canonical JSON', () => {
  it('is JSON of the same value', () => {
    fc.assert(fc.property(plain, (value) => expect(JSON.parse(canonicalJson(value))).toEqual(value)));
  });

  it('is one text, however the fields are ordered', () => {
    fc.assert(fc.property(plain, (value) => expect(canonicalJson(shuffled(value))).toBe(canonicalJson(value))));
  });

  it('tells different values apart', () => {
    fc.assert(
      fc.property(plain, plain, (a, b) => expect(canonicalJson(a) === canonicalJson(b)).toBe(isDeepStrictEqual(a, b))),
    );
  });

  it('sorts by code units and writes numbers and texts as RFC 8785 does', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, ö: 7, a: undefined };
    expect(canonicalJson(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}');
    expect(canonicalJson([1e21, 4.5, 2e-3, -0, 1.0, 'a"\u000f\n', null, true])).toBe(
      '[1e+21,4.5,0.002,0,1,"a\\"\\u000f\\n",null,true]',
    );
  });
});
