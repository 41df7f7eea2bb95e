import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InventoryChanged } from '../../../domain/stock/inventory-changed.ts';
import { keepStock } from '../../../lambda/keep-stock/keep-stock.ts';
import { saleRecorded } from '../../support/sales.ts';

beforeEach(() => void jest.spyOn(console, 'info').mockImplementation(() => {}));
afterEach(() => void jest.restoreAllMocks());

const changed = InventoryChanged.create({
  id: 'r1',
  source: 'stores',
  subject: 'store_1',
  time: '2026-11-22T10:15:30.000Z',
  data: { request_id: 'r1', store_id: 'store_1', name: 'Croissant', is_return: true, quantity: 3 },
});

describe('keep-stock', () => {
  it('hands each change on', async () => {
    const applied: InventoryChanged[] = [];
    await keepStock({ apply: async (event) => void applied.push(event) })(changed);
    expect(applied).toEqual([changed]);
  });

  it.each([
    ['another event', saleRecorded('r1'), /unknown-type: SaleRecorded/],
    ['no envelope', changed.data, /no-envelope/],
    ['a change without a store', { ...changed, data: { ...changed.data, store_id: undefined } }, /data\.store_id/],
  ])('fails at %s, so that Lambda hands it to the dead-letter queue', async (_name, value, reason) => {
    const apply = jest.fn(async () => {});
    await expect(keepStock({ apply })(value)).rejects.toThrow(reason);
    expect(apply).not.toHaveBeenCalled();
  });

  it('fails where the stock can’t be kept', async () => {
    const apply = async () => Promise.reject(new Error('table not there'));
    await expect(keepStock({ apply })(changed)).rejects.toThrow('table not there');
  });
});
