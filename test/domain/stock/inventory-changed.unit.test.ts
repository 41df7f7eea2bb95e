import { describe, expect, it } from '@jest/globals';
import { eventReader } from '../../../domain/event.ts';
import { InventoryChanged, stockChange } from '../../../domain/stock/inventory-changed.ts';

const read = eventReader([InventoryChanged]);
const changed = (changes: Record<string, unknown>) =>
  read(
    InventoryChanged.create({
      id: 'r1',
      source: 'stores',
      subject: 'store_1',
      time: '2026-11-22T10:15:30.000Z',
      data: { request_id: 'r1', store_id: 'store_1', name: 'Croissant', is_return: false, ...changes } as never,
    }),
  );

describe('a change of the stock', () => {
  it.each([
    [{}, -1],
    [{ is_return: true }, 1],
    [{ quantity: 12 }, -12],
    [{ quantity: 12, is_return: true }, 12],
    [{ sales: 3.5, category: 'Bakery' }, -1],
  ])('with %j is of %d', (changes, change) => expect(stockChange(changed(changes))).toBe(change));

  it.each([
    [{ quantity: 0 }, /data\.quantity must be an integer from 1 to 1000000/],
    [{ quantity: 1.5 }, /data\.quantity/],
    [{ quantity: '2' }, /data\.quantity/],
    [{ name: '' }, /data\.name/],
    [{ store_id: 'a b' }, /data\.store_id/],
    [{ is_return: 1 }, /data\.is_return/],
  ])('with %j is not read, and the field is named', (changes, reason) =>
    expect(() => changed(changes)).toThrow(reason),
  );
});
