import { describe, expect, it } from '@jest/globals';
import { itemBytes } from '../../cost/stored-sizes.ts';

describe('what an item weighs, as DynamoDB counts', () => {
  it('is its names and values, a number two digits a byte and one, in UTF-8', () =>
    expect(itemBytes({ city: { S: 'Zürich' }, price: { N: '-12.345' } })).toBe(4 + 7 + 5 + 4));

  it('is three bytes more for a list or a map, and one for each entry', () => {
    expect(itemBytes({ ids: { L: [{ S: 'e1' }, { S: 'e2' }] } })).toBe(3 + 3 + 2 * (1 + 2));
    expect(itemBytes({ order: { M: { a: { S: 'x' }, b: { BOOL: true } } } })).toBe(5 + 3 + 2 + (1 + 1) + (1 + 1));
  });
});
