import fc from 'fast-check';
import { projectOrder } from '../../../lambda/project-order/project-order.ts';
import { InMemoryOrders, kinesisEvent, orderPlaced, sequenceNumber } from '../../support/events.ts';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

describe('project-order', () => {
  it('comes to the same orders however the batches are cut, delivered again and put out of order', async () => {
    const vendors = fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(vendors, fc.infiniteStream(fc.nat()), async (vendors, numbers) => {
        const { Records } = kinesisEvent(
          vendors.map((vendor, n) => orderPlaced(`e${n}`, { vendorid: `v${vendor}`, city: `${n}` })),
        );
        const once = new InMemoryOrders();
        await projectOrder(once)({ Records });

        const again = new InMemoryOrders();
        const pick = (below: number) => (numbers.next().value as number) % below;
        for (let delivery = 0; delivery < 10; delivery++) {
          const from = pick(Records.length);
          await projectOrder(again)({ Records: Records.slice(from, from + 1 + pick(Records.length)) });
        }
        await projectOrder(again)({ Records });

        const latest = ({ items }: InMemoryOrders) =>
          [...items].map(([subject, { order, position }]) => [subject, order, position]).sort();
        expect(latest(again)).toEqual(latest(once));
      }),
    );
  });

  it('reports the first record that could not be written and writes the other keys', async () => {
    class OneRefused extends InMemoryOrders {
      override async apply(event: Parameters<InMemoryOrders['apply']>[0], at: string) {
        if (event.id === 'e1') throw new Error('refused');
        await super.apply(event, at);
      }
    }
    const orders = new OneRefused();
    const batch = kinesisEvent([0, 1, 2].map((n) => orderPlaced(`e${n}`, { vendorid: `v${n}` })));
    expect(await projectOrder(orders)(batch)).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(1) }] });
    expect([...orders.items.keys()]).toEqual(['a1/v0', 'a1/v2']);
  });
});
