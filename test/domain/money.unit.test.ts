import fc from 'fast-check';
import { centsFromNumber, centsFromText, maxQuantity, maxUnitPriceCents } from '../../domain/money.ts';

const amount = fc.nat({ max: maxUnitPriceCents });
const textOf = (cents: number) => `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;

describe('money', () => {
  it('reads every amount of cents from its decimal text', () => {
    fc.assert(fc.property(amount, (cents) => expect(centsFromText(textOf(cents))).toBe(cents)));
  });

  it('reads every amount of cents from the number that its text parses to', () => {
    fc.assert(fc.property(amount, (cents) => expect(centsFromNumber(Number(textOf(cents)))).toBe(cents)));
  });

  it('multiplies the largest price by the largest quantity without losing a cent', () => {
    const total = maxUnitPriceCents * maxQuantity;
    expect(Number.isSafeInteger(total)).toBe(true);
    expect(BigInt(total)).toBe(BigInt(maxUnitPriceCents) * BigInt(maxQuantity));
  });

  it.each([
    ['0', 0],
    ['0.29', 29],
    ['1.1', 110],
    ['4.35', 435],
    ['19.99', 1999],
  ])('reads %s as %d cents', (text, cents) => {
    expect(centsFromText(text)).toBe(cents);
    expect(centsFromNumber(Number(text))).toBe(cents);
  });

  it.each(['', '-1', '+1', '1.', '.5', '1.005', '1e2', '01', '1 ', 'NaN', '0x1', '1,5', '1234567890123'])(
    'reads no amount from %j',
    (text) => {
      expect(centsFromText(text)).toBeUndefined();
    },
  );

  it('reads no amount from numbers with more than two decimals, below zero, or beyond all measure', () => {
    const none = [1.005, 0.1 + 0.2, -0.01, 1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY];
    expect(none.map(centsFromNumber)).toEqual(none.map(() => undefined));
  });
});
