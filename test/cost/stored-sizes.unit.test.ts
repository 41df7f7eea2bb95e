import { describe, expect, it } from '@jest/globals';
import { readCounts } from '../../cost/counts.ts';
import { itemBytes, itemBytesPerEvent } from '../../cost/stored-sizes.ts';

describe('what an item weighs, as DynamoDB counts', () => {
  it('is its names and values, a number two digits a byte and one, in UTF-8', () =>
    expect(itemBytes({ city: { S: 'Zürich' }, price: { N: '-12.345' } })).toBe(4 + 7 + 5 + 4));

  it('is three bytes more for a list or a map, and one for each entry', () => {
    expect(itemBytes({ ids: { L: [{ S: 'e1' }, { S: 'e2' }] } })).toBe(3 + 3 + 2 * (1 + 2));
    expect(itemBytes({ order: { M: { a: { S: 'x' }, b: { BOOL: true } } } })).toBe(5 + 3 + 2 + (1 + 1) + (1 + 1));
  });

  it('grows with each event by its id and its time, as the item remembers them', () => {
    const id = '01a204ac-d568-73c8-8471-b776c7821c70';
    const time = '2026-11-22T19:11:02.376Z';
    const remembered = (events: number) => ({
      eventIds: { L: Array(events).fill({ S: id }) },
      receivedAts: { L: Array(events).fill({ S: time }) },
      receivedAt: { S: time },
    });
    expect(itemBytesPerEvent(remembered(1))).toBe(36 + 1 + 24 + 1);
    expect(itemBytes(remembered(5)) - itemBytes(remembered(4))).toBe(itemBytesPerEvent(remembered(1)));
    expect(readCounts().itemBytesPerEvent).toBe(itemBytesPerEvent(remembered(1)));
  });
});
