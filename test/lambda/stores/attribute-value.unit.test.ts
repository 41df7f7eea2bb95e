import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { fromAttribute, toAttribute } from '../../../lambda/stores/attribute-value.ts';

const json = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html, at its worst. */
function bytesOf(attribute: AttributeValue): number {
  if (attribute.S !== undefined) return Buffer.byteLength(attribute.S);
  if (attribute.N !== undefined) {
    const digits = attribute.N.replace(/e.*$/i, '')
      .replace(/\D/g, '')
      .replace(/^0+|0+$/g, '').length;
    return Math.ceil(digits / 2) + 1 + (attribute.N.startsWith('-') ? 1 : 0);
  }
  if (attribute.L) return attribute.L.reduce((sum, element) => sum + 1 + bytesOf(element), 3);
  if (attribute.M)
    return Object.entries(attribute.M).reduce(
      (sum, [name, field]) => sum + 1 + Buffer.byteLength(name) + bytesOf(field),
      3,
    );
  return 1;
}

describe('an attribute', () => {
  it('comes back as it went', () => {
    fc.assert(fc.property(json, (value) => expect(fromAttribute(toAttribute(value))).toEqual(value)));
  });

  it('takes at most half as much room again as its JSON, and a few bytes', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(bytesOf(toAttribute(value))).toBeLessThanOrEqual(1.5 * Buffer.byteLength(JSON.stringify(value)) + 3);
      }),
    );
    const worst = Array.from({ length: 50_000 }, (_, n) => -(n % 9) - 1);
    expect(bytesOf(toAttribute(worst))).toBeLessThan(1.5 * JSON.stringify(worst).length);
  });

  it('holds no function', () => {
    expect(() => toAttribute({ a: () => {} })).toThrow('no attribute holds a function');
  });
});
