import fc from 'fast-check';
import { Id, Order, OrderDate, orderSubject } from '../../../domain/order/order.ts';
import { order, sentOrder } from '../../support/events.ts';

const idCharacters = [...'ABCXYZabcxyz0189._@-'];
const id = fc
  .tuple(fc.constantFrom(...'AZaz09'), fc.array(fc.constantFrom(...idCharacters), { maxLength: 63 }))
  .map(([first, rest]) => first + rest.join(''));

describe('an order', () => {
  it('takes prices and quantities as numbers or as texts and holds numbers', () => {
    const details = { coffeetype: 'Mocha', coffeesize: 'S', unitprice: '3.10', quantity: '12' };
    expect(order({ details }).details).toEqual({ ...details, unitprice: 3.1, quantity: 12 });
    expect(order({ details: { ...details, unitprice: 3.1, quantity: 12 } })).toEqual(order({ details }));
  });

  it('keeps every field it does not know', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => name !== '__proto__' && !Object.hasOwn(known, name)),
          fc.jsonValue(),
        ),
        (unknown) => {
          const sent = JSON.parse(JSON.stringify({ ...unknown, ...sentOrder() })) as object;
          expect(Order.parse(sent)).toEqual(sent);
        },
      ),
    );
  });

  it('keeps names that every object has', () => {
    const sent = sentOrder({
      constructor: 1,
      toString: 'x',
      hasOwnProperty: null,
      details: { ...(sentOrder().details as object), valueOf: 2 },
    });
    expect(Order.parse(sent)).toEqual(sent);
  });

  it('takes every id of the allowed characters and lets no two pairs share a subject', () => {
    fc.assert(fc.property(id, (text) => expect(Id.safeParse(text).success).toBe(true)));
    fc.assert(
      fc.property(id, id, id, id, (a, b, c, d) => {
        fc.pre(a !== c || b !== d);
        expect(orderSubject({ accountid: a, vendorid: b })).not.toBe(orderSubject({ accountid: c, vendorid: d }));
      }),
    );
  });

  it('takes no id with any other character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
        const allowed =
          text.length >= 1 &&
          text.length <= 64 &&
          [...text].every((c) => /[A-Za-z0-9._@-]/.test(c)) &&
          /[A-Za-z0-9]/.test(text.charAt(0));
        expect(Id.safeParse(text).success).toBe(allowed);
      }),
    );
  });

  it.each([
    '2026-11-22 10:15:30.123456',
    '2026-11-22 10:15:30',
    '2026-11-22 10:15:30.123456+00:00',
    '2026-11-22T10:15:30.123Z',
    '2026-11-22T10:15:30Z',
    '2026-11-22T10:15Z',
    '2026-11-22T10:15:30+0530',
    '2026-11-22T23:59:59-08',
    '2026-11-22',
    '2024-02-29 00:00:00',
    '0001-01-01 00:00:00',
  ])('takes the orderdate %s as it is', (orderdate) => {
    expect(order({ orderdate }).orderdate).toBe(orderdate);
  });

  it('takes every date that JavaScript writes', () => {
    const date = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59Z'),
      noInvalidDate: true,
    });
    fc.assert(fc.property(date, (date) => expect(OrderDate.safeParse(date.toISOString()).success).toBe(true)));
  });
});

const known = { ...sentOrder(), eventId: '', receivedAt: '' };
