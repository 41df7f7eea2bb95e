import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { minuteText } from '../../../domain/revenue/event-minute.ts';
import { sumOf } from '../../../domain/revenue/tally.ts';
import { type RevenueState, WindowRevenue } from '../../../domain/revenue/window-revenue.ts';
import { arrivedAt, saleRecorded } from '../../support/sales.ts';

const latenessMinutes = 60;
const arrivedAtMs = Date.parse(arrivedAt);
const minutesAgo = (minutes: number) => new Date(arrivedAtMs - minutes * 60_000).toISOString();
const opened = (state: RevenueState = {}) => new WindowRevenue(state, latenessMinutes);
const storeOf = (revenue: WindowRevenue, id = 'store_1') => {
  const store = revenue.stores.get(id);
  if (!store) throw new Error(`nothing of ${id}`);
  return store;
};

describe('the revenue of a window', () => {
  it('is the sum of the sales, with those that came back beside it', () => {
    const revenue = opened();
    revenue.add(saleRecorded('r1', { sales: 0.1 }), '1', arrivedAtMs);
    revenue.add(saleRecorded('r2', { sales: 0.2 }), '2', arrivedAtMs);
    revenue.add(saleRecorded('r3', { sales: '4.00', is_return: true }), '3', arrivedAtMs);
    expect(storeOf(revenue).arrived).toEqual({ sales: 3, revenueCents: 430, returnsCents: 400 });
  });

  it('counts a sale that stands twice once, and a request of another store as another sale', () => {
    const revenue = opened();
    for (const position of ['1', '2', '3']) revenue.add(saleRecorded('r1', { sales: 5 }), position, arrivedAtMs);
    revenue.add(saleRecorded('r1', { store_id: 'store_2', sales: 7 }), '4', arrivedAtMs);
    expect(storeOf(revenue)).toMatchObject({ arrived: { sales: 1, revenueCents: 500 }, duplicates: 2 });
    expect(storeOf(revenue, 'store_2')).toMatchObject({ arrived: { sales: 1, revenueCents: 700 }, duplicates: 0 });
  });

  it.each([
    [0, 'counts'],
    [59, 'counts'],
    [60, 'counts'],
    [60.001, 'rejected'],
    [-5, 'counts'],
    [-5.001, 'rejected'],
  ])('a sale from %d minutes before its arrival %s', (minutes, fate) => {
    const revenue = opened();
    revenue.add(saleRecorded('r1', { sales: 3 }, minutesAgo(minutes)), '1', arrivedAtMs);
    const { arrived, rejected, minutes: byMinute } = storeOf(revenue);
    const minute = `${minutesAgo(minutes).slice(0, 16)}:00Z`;
    expect(arrived.revenueCents).toBe(300);
    expect(rejected.revenueCents).toBe(fate === 'rejected' ? 300 : 0);
    expect(Object.keys(byMinute).map((key) => minuteText(Number(key)))).toEqual(fate === 'rejected' ? [] : [minute]);
  });

  it('knows from where to where on the stream it reaches', () => {
    const revenue = opened();
    expect(revenue.state).toEqual({});
    for (const position of ['07', '08', '09']) revenue.add(saleRecorded(position), position, arrivedAtMs);
    expect(revenue.state).toMatchObject({ first: '07', last: '09' });
    expect(opened(revenue.state).state).toEqual(revenue.state);
  });

  it('comes to the same wherever it is cut into invocations; minutes and rejected add up to what arrived', () => {
    const sale = fc.record({
      id: fc.nat({ max: 30 }),
      // Names of an object's own methods are ids of stores, too.
      store: fc.constantFrom('store_1', 'store_2', 'constructor', 'toString', 'valueOf'),
      cents: fc.nat({ max: 100_000 }),
      isReturn: fc.boolean(),
      ago: fc.integer({ min: -20, max: 120 }),
      cut: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(sale, { maxLength: 60 }), (sales) => {
        const whole = opened();
        let cut = opened();
        sales.forEach(({ id, store, cents, isReturn, ago, cut: cutsHere }, place) => {
          const changes = { store_id: store, sales: cents / 100, is_return: isReturn };
          const event = saleRecorded(`r${id}`, changes, minutesAgo(ago));
          if (cutsHere) cut = opened(JSON.parse(JSON.stringify(cut.state)));
          for (const revenue of [whole, cut]) revenue.add(event, String(place), arrivedAtMs);
        });
        expect(cut.state).toEqual(whole.state);
        const first = new Map(sales.map((each) => [`${each.store} ${each.id}`, each] as const).reverse());
        expect(sumOf([...whole.stores.values()].map(({ arrived }) => arrived)).revenueCents).toBe(
          [...first.values()].reduce((sum, { cents }) => sum + cents, 0),
        );
        for (const { arrived, rejected, minutes } of whole.stores.values()) {
          expect(sumOf([rejected, ...Object.values(minutes)])).toEqual(arrived);
        }
      }),
    );
  });
});
