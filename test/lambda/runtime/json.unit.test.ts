import fc from 'fast-check';
import { maxDepth, readJson } from '../../../lambda/runtime/json.ts';

const flawsOf = (text: string) => readJson(text).flaws.map(({ path }) => path.join('.'));

describe('reading JSON', () => {
  it('reads what JSON.parse reads and finds no flaw in what JSON.stringify wrote', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((name) => name !== '__proto__');
    const kept = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.double({ min: -1e120, max: 1e120, noNaN: true }).filter((n) => n === 0 || Math.abs(n) > 1e-120),
    );
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', maxDepth: 8 },
        kept,
        fc.array(tie('value'), { maxLength: 5 }),
        fc.dictionary(name, tie('value'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(readJson(text)).toEqual({ value: JSON.parse(text), flaws: [] });
      }),
    );
  });

  it('finds a field that is given twice wherever it lies', () => {
    const path = fc.array(
      fc.oneof(
        fc.string({ minLength: 1, maxLength: 5 }).filter((name) => name !== '__proto__'),
        fc.nat({ max: 3 }),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        path,
        fc.string({ minLength: 1 }).filter((name) => name !== '__proto__'),
        (path, name) => {
          const twice = `{${JSON.stringify(name)}:1,${JSON.stringify(name)}:"2"}`;
          const text = path.reduceRight<string>(
            (inner, step) =>
              typeof step === 'number' ? `[${'0,'.repeat(step)}${inner}]` : `{${JSON.stringify(step)}:${inner}}`,
            twice,
          );
          expect(readJson(text).flaws).toEqual([{ path: [...path, name], detail: 'must not be given twice' }]);
        },
      ),
    );
  });

  it.each([
    '9007199254740993',
    '0.1000000000000000055511151231257827',
    '1e400',
    '-1e126',
    '1e-131',
    '123456789012345678',
    '4e-324',
    '1.0e-131',
  ])('finds that %s would change or fit no store', (number) => {
    expect(flawsOf(`{"a":[${number}]}`)).toEqual(['a.0']);
  });

  it.each([
    '0',
    '-0',
    '0.0',
    '0e999',
    '9007199254740992',
    '100000000000000000000',
    '1e125',
    '1e-130',
    '0.30000000000000004',
    '0.10000000000000001',
    '1.50',
    '12345678901234567000',
    '1.0000000000000000000000',
  ])('takes %s', (number) => {
    expect(flawsOf(`{"a":[${number}]}`)).toEqual([]);
  });

  it(`takes ${maxDepth} levels and not one more`, () => {
    expect(flawsOf('['.repeat(maxDepth) + ']'.repeat(maxDepth))).toEqual([]);
    expect(flawsOf('['.repeat(maxDepth + 1) + ']'.repeat(maxDepth + 1))).toHaveLength(1);
    expect(flawsOf('['.repeat(1_000_000) + ']'.repeat(1_000_000))).toHaveLength(1);
  });

  it('tells of a flaw in each of 500 orders, however many there are in one', () => {
    const many = `{${'"":1,'.repeat(1_000)}"a":1}`;
    const { flaws } = readJson(`{"orders":[${Array.from({ length: 500 }, () => many).join(',')}]}`);
    expect(new Set(flaws.map(({ path }) => path[1])).size).toBe(500);
    expect(flaws.length).toBeLessThanOrEqual(10_000);
  });
});
