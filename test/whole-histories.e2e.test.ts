import { eventually } from './support/eventually.ts';
import { anOrder, type OrderSystem, type RunningOrderSystem, startOrderSystem } from './support/order-system.ts';

/**
 * One writer for each item posts one order after another, while others read the same accounts.
 *
 *   ORDERS=100000 npx jest test/whole-histories     more of them
 */
const orders = Number(process.env.ORDERS ?? 1_500);
const accounts = 40;
const vendors = 10;
const writers = 24;

let running: RunningOrderSystem;
let system: OrderSystem;
beforeAll(async () => {
  running = await startOrderSystem();
  system = running.system;
});
afterAll(() => running?.close());

it(
  'keeps the history of every item whole while its account is read',
  async () => {
    const items = Array.from({ length: accounts * vendors }, (_, n) => ({
      accountid: `a${n % accounts}`,
      vendorid: `v${Math.floor(n / accounts)}`,
      eventIds: [] as string[],
    }));
    let posted = 0;
    let isWriting = true;
    const write = async (writer: number) => {
      const own = items.filter((_, n) => n % writers === writer);
      for (let n = 0; posted < orders; n++) {
        posted++;
        const item = own[n % own.length] as (typeof items)[number];
        item.eventIds.push((await system.place(anOrder(item.accountid, item.vendorid))).eventId);
      }
    };
    const read = async () => {
      for (let n = 0; isWriting; n++) {
        const response = await system.request(`order?accountid=a${n % accounts}&limit=10`);
        expect([200, 404]).toContain(response.status);
        await response.arrayBuffer();
      }
    };
    const reading = read();
    await Promise.all(Array.from({ length: writers }, (_, writer) => write(writer)));
    isWriting = false;
    await reading;

    const expected = new Map(
      items.map(({ accountid, vendorid, eventIds }) => [`${accountid}/${vendorid}`, eventIds.slice(-remembered)]),
    );
    await eventually(async () => {
      const held = (await system.items()).map((item) => [`${item.accountid}/${item.vendorid}`, item.eventIds] as const);
      expect(new Map(held)).toEqual(expected);
    }, 60_000);
  },
  60_000 + orders * 20,
);

/** How many events an item remembers. */
const remembered = 100;
