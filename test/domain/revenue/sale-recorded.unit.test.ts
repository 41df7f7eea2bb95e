import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { eventReader } from '../../../domain/event.ts';
import { SaleRecorded, saleCents } from '../../../domain/revenue/sale-recorded.ts';
import { saleRecorded } from '../../support/sales.ts';

const read = eventReader([SaleRecorded]);
const readSales = (sales: unknown) => read(saleRecorded('r1', { sales }));

describe('a sale', () => {
  it('is whole cents, whatever the bits of its amount say', () =>
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000 }), (cents) => {
        expect(saleCents(readSales(cents / 100))).toBe(cents);
        expect(saleCents(readSales((cents / 100).toFixed(2)))).toBe(cents);
      }),
    ));

  it('may be an amount as a text, which the event holds as a number', () =>
    expect(readSales('12.5').data.sales).toBe(12.5));

  it('keeps fields that nobody named', () =>
    expect(read(saleRecorded('r1', { till: 7 })).data).toMatchObject({ till: 7, name: 'Flat White' }));

  it.each([
    ['three decimals', { sales: 1_000_000.125 }, /data\.sales must be a number from 0 to 10000000 with at most two/],
    ['more than ten million', { sales: 10_000_000.01 }, /data\.sales/],
    ['a negative amount', { sales: -1 }, /data\.sales/],
    ['an amount in words', { sales: 'a lot' }, /data\.sales/],
    ['no amount', { sales: null }, /data\.sales/],
    ['no store', { store_id: undefined }, /data\.store_id/],
    ['a store that is no id', { store_id: 'store/1' }, /data\.store_id/],
    ['no request', { request_id: undefined }, /data\.request_id/],
    ['no word on whether it is a return', { is_return: undefined }, /data\.is_return must be true or false/],
    ['such a word as text', { is_return: 'false' }, /data\.is_return must be true or false/],
  ])('is not read with %s, and the field is named', (_name, changes, reason) => {
    const sale = { ...saleRecorded('r1'), data: { ...saleRecorded('r1').data, ...changes } };
    expect(() => read(sale)).toThrow(reason);
  });

  it('comes with the whole seconds of EventBridge, and is read with milliseconds', () =>
    expect(read(saleRecorded('r1', {}, '2026-11-22T10:15:30Z')).time).toBe('2026-11-22T10:15:30.000Z'));
});
