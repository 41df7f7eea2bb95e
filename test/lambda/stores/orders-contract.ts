import fc from 'fast-check';
import type { OrderProjection } from '../../../lambda/project-order/project-order.ts';
import type { OrderHistories } from '../../../lambda/query-history/query-history.ts';
import type { OrderViews } from '../../../lambda/query-orders/query-orders.ts';
import { InMemoryOrders, orderPlaced, sequenceNumber } from '../../support/events.ts';

type Orders = OrderProjection & OrderViews & OrderHistories;

const at = (n: number) => new Date(Date.UTC(2026, 10, 22) + n).toISOString();
let accounts = 0;

/** What every store of projected orders promises; each test has an account of its own. */
export function ordersContract(storeOf: () => Orders): void {
  let orders: Orders;
  let accountid: string;
  beforeEach(() => {
    orders = storeOf();
    accountid = `account-${accounts++}`;
  });
  const placed = (eventId: string, city: string, time = at(0)) => orderPlaced(eventId, { accountid, city }, time);
  const standing = async () => (await orders.get(accountid, 'v1'))?.order.city;

  it('answers the order as it was sent, with its event', async () => {
    const unknown = {
      x: { list: [1, -2.5, '', null, true, {}, []], 'a b.c#:': '\u0000😀', big: 100000000000000000000 },
      constructor: 1,
    };
    const event = orderPlaced('e1', { accountid, ...unknown }, at(7));
    await orders.apply(event, sequenceNumber(1));
    expect(await orders.get(accountid, 'v1')).toEqual({ order: event.data, eventId: 'e1', receivedAt: at(7) });
    expect((await orders.page(accountid, 10)).orders).toEqual([
      { order: event.data, eventId: 'e1', receivedAt: at(7) },
    ]);
    expect(await orders.get(accountid, 'v2')).toBeUndefined();
  });

  it('lets the newer of two events stand, in whichever order they come and however often', async () => {
    for (const n of [2, 1, 2, 1, 1]) await orders.apply(placed(`e${n}`, `city ${n}`), sequenceNumber(n));
    expect(await standing()).toBe('city 2');
  });

  it('leaves v2 standing when v1 is sent again under its key', async () => {
    await orders.apply(placed('e1', 'one'), sequenceNumber(1));
    await orders.apply(placed('e2', 'two'), sequenceNumber(2));
    await orders.apply(placed('e1', 'one', at(9)), sequenceNumber(3));
    expect(await standing()).toBe('two');
  });

  it('remembers the newest 100 events of an item', async () => {
    for (let n = 0; n < 150; n++) await orders.apply(placed(`e${n}`, `city ${n}`), sequenceNumber(n));
    await orders.apply(placed('e50', 'again'), sequenceNumber(200));
    await orders.apply(placed('e149', 'again'), sequenceNumber(201));
    expect(await standing()).toBe('city 149');
    await orders.apply(placed('e49', 'forgotten'), sequenceNumber(202));
    expect(await standing()).toBe('forgotten');
  });

  it('remembers when each of them happened, the newest first, and none twice', async () => {
    expect(await orders.history(accountid, 'v1')).toBeUndefined();
    for (let n = 0; n < 103; n++) await orders.apply(placed(`e${n}`, 'x', at(n)), sequenceNumber(n));
    await orders.apply(placed('e102', 'again', at(200)), sequenceNumber(200));
    expect(await orders.history(accountid, 'v1')).toEqual(
      Array.from({ length: 100 }, (_, n) => ({ eventId: `e${102 - n}`, receivedAt: at(102 - n) })),
    );
  });

  it('ends as its plain-worded twin does after any events at any positions', async () => {
    const event = fc.record({ id: fc.nat({ max: 9 }), position: fc.nat({ max: 30 }), vendor: fc.nat({ max: 2 }) });
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
        const account = `account-${accounts++}`;
        const twin = new InMemoryOrders();
        for (const { id, position, vendor } of events) {
          const event = orderPlaced(
            `v${vendor}-e${id}`,
            { accountid: account, vendorid: `v${vendor}`, city: `${id}` },
            at(id),
          );
          await twin.apply(event, sequenceNumber(position));
          await orders.apply(event, sequenceNumber(position));
        }
        expect(await orders.page(account, 10)).toEqual(await twin.page(account, 10));
        for (const vendorid of ['v0', 'v1', 'v2'])
          expect(await orders.history(account, vendorid)).toEqual(await twin.history(account, vendorid));
      }),
      { numRuns: 15 },
    );
  });

  it('applies events that come side by side as if they came one after the other', async () => {
    await Promise.all(
      Array.from({ length: 30 }, (_, n) => orders.apply(placed(`e${n}`, `city ${n}`), sequenceNumber(n))),
    );
    expect(await standing()).toBe('city 29');
  });

  it('pages newest first, each order once, and keeps to the account', async () => {
    for (let n = 0; n < 12; n++) {
      await orders.apply(orderPlaced(`e${n}`, { accountid, vendorid: `v${n}` }, at(n % 5)), sequenceNumber(n));
      await orders.apply(
        orderPlaced(`f${n}`, { accountid: `${accountid}x`, vendorid: `v${n}` }, at(n)),
        sequenceNumber(n),
      );
    }
    const seen: string[] = [];
    for (let page = await orders.page(accountid, 5); ; page = await orders.page(accountid, 5, page.next)) {
      seen.push(...page.orders.map(({ receivedAt, eventId }) => `${receivedAt}#${eventId}`));
      if (!page.next) break;
    }
    expect(seen).toHaveLength(12);
    expect(seen).toEqual([...seen].sort().reverse());
  });

  it('begins elsewhere in the account with a position made up', async () => {
    await orders.apply(placed('e1', 'one'), sequenceNumber(1));
    const early = { vendorid: 'x', receivedAtEventId: '0000-01-01T00:00:00.000Z#x' };
    const late = { vendorid: 'x', receivedAtEventId: '9999-12-31T23:59:59.999Z#~' };
    expect((await orders.page(accountid, 5, early)).orders).toEqual([]);
    expect((await orders.page(accountid, 5, late)).orders).toHaveLength(1);
  });
}
