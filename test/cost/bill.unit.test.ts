import { describe, expect, it } from '@jest/globals';
import { type Bill, billOf } from '../../cost/bill.ts';
import { type PriceId, type Prices, prices, type Region, regions, type Tiers } from '../../cost/prices.ts';
import type { StreamMode } from '../../cost/workload.ts';
import { counts, largeStack, smallStack, workload } from '../support/cost.ts';

const modes: readonly StreamMode[] = ['provisioned', 'onDemand'];
const centsOf = ({ lines }: Bill) =>
  Object.fromEntries(lines.filter(({ cents }) => cents > 0).map(({ price, cents }) => [price, cents]));

describe('the bill of 100 orders a second for 30 days, worked out by hand', () => {
  // 259,200,000 orders: as many posts, and 2,592,000 batches of 100. A post takes 2 + 1 ms and 10 ms of waiting, a
  // batch 10 + 100 ms and 5 ms of waiting, each on 1,769 of 1,024 MiB.
  const withoutStream = {
    apiRequests: 907_20, // 259.2 million at 3.50
    dataOut: 13_04, // 600 bytes a post: 144.84 GB at 0.09
    lambdaRequests: 52_36, // 261.792 million at 0.20
    lambdaArmSeconds: 84_48, // (3,369,600 s + 298,080 s) × 1.7275 GB: 6.33606 million at 13.3334
    tableWrites: 324_00, // table and index, 1 KB each: 518.4 million at 0.625
    tableStorage: 59_52, // 2 × (900 + 100) bytes an order, 482.798 GB, half of the time, 720 of 730 hours, at 0.25
    logBytes: 49_00, // 400 bytes a post, 600 a batch: 98.008 GB at 0.50
    logStorage: 1_45, // half of that, 720 of 730 hours, at 0.03
    traces: 90_07, // 5.95 a second of posts, 1 a second of batches: 18.0144 million at 5.00
    dashboards: 2_96, // 720 of 730 hours of 3.00
    alarms: 99, // ten, 720 of 730 hours of 0.10
  };

  it('is right to the cent with provisioned shards', () => {
    const bill = billOf(smallStack, workload, counts, 'provisioned', prices);
    expect(centsOf(bill)).toEqual({
      ...withoutStream,
      shardHours: 10_80, // 720 at 0.015
      putUnits: 3_63, // 259.2 million at 0.014
    });
    expect(bill.totalCents).toBe(1_599_50);
  });

  it('is right to the cent on demand', () => {
    const bill = billOf(smallStack, workload, counts, 'onDemand', prices);
    expect(centsOf(bill)).toEqual({
      ...withoutStream,
      streamHours: 28_80, // 720 at 0.04
      streamBytesIn: 19_78, // 1,000 bytes count as 1,024: 247.19 GB at 0.08
      streamBytesOut: 9_66, // one reader: 241.40 GB at 0.04
    });
    expect(bill.totalCents).toBe(1_643_31);
  });

  it('goes through the tiers of a price', () => {
    const bill = billOf(
      smallStack,
      { ...workload, ordersPerSecond: 10_000, region: 'ap-southeast-2' },
      counts,
      'provisioned',
      prices,
    );
    // 25,920 million: 333 at 3.50, 667 at 3.19, 19,000 at 2.71, 5,920 at 1.72
    expect(bill.lines.find(({ price }) => price === 'apiRequests')?.cents).toBe(64_965_63);
  });

  it('goes through the tiers anew each month, as AWS bills', () => {
    const year = billOf(smallStack, { ...workload, days: 365 }, counts, 'provisioned', prices);
    // 3,153.6 million in twelve months: none of them passes 333 million, so all of them at 3.50
    expect(year.lines.find(({ price }) => price === 'apiRequests')?.cents).toBe(11_037_60);
  });

  it('adds the sales: to the bus, to the stream, and to who reads them', () => {
    const bill = billOf(smallStack, { ...workload, salesPerSecond: 20 }, counts, 'onDemand', prices);
    const lines = Object.fromEntries(bill.lines.map(({ price, cents }) => [price, cents]));
    expect(lines).toMatchObject({
      busEvents: 51_84, // 51.84 million at 1.00
      streamBytesIn: 23_73, // 51.84 million more of 400 bytes, each of them counted as 1,024: 296.63 GB at 0.08
      streamBytesOut: 10_43, // the reader of orders reads the sales too: 260.71 GB at 0.04
      tableWrites: 324_00,
    });
  });

  it('keeps what a table can be taken back to, without its index', () => {
    const bill = billOf({ ...smallStack, pointInTimeRecovery: true }, workload, counts, 'provisioned', prices);
    // 900 + 100 bytes an order, 241.399 GB, half of the time, 720 of 730 hours, at 0.20
    expect(bill.lines.find(({ price }) => price === 'tableRecovery')?.cents).toBe(23_81);
  });

  it('shares a post among its orders, and marks what could not be checked', () => {
    const bill = billOf(smallStack, { ...workload, ordersPerPost: 500 }, counts, 'provisioned', prices);
    const lines = Object.fromEntries(bill.lines.map((line) => [line.price, line]));
    expect(lines.apiRequests?.cents).toBe(1_81); // 0.5184 million at 3.50
    expect([lines.apiRequests?.uncertain, lines.traces?.uncertain]).toEqual([false, true]);
  });

  it('counts what a growing item costs: its own units, and those that its index deletes and writes', () => {
    const writes = (ordersPerItem: number, stack = smallStack) =>
      billOf(stack, { ...workload, ordersPerItem }, counts, 'provisioned', prices).lines.find(
        ({ price }) => price === 'tableWrites',
      )?.quantity ?? 0;
    const orders = 259_200_000;
    // 900 bytes, then 40 more each: 1 unit up to the fourth order, 2 from the fifth, whose
    // index deletes 1 and writes 2.
    expect(writes(1) / orders).toBe(2);
    expect(writes(4) / orders).toBe((2 + 3 + 3 + 3) / 4);
    expect(writes(5) / orders).toBeCloseTo((2 + 3 + 3 + 3 + 5) / 5, 12);
    // From the hundredth on it holds 4,860 bytes, 5 units: 15 an order.
    expect((writes(1_000_001) * 1_000_001 - writes(1_000_000) * 1_000_000) / orders).toBeCloseTo(15, 3);
    // An index without the ids deletes 1 and writes 1, whatever the item weighs: 7 an order.
    const slim = { ...smallStack, functions: smallStack.functions.map((each) => ({ ...each, wholeIndexes: 0 })) };
    expect((writes(1_000_001, slim) * 1_000_001 - writes(1_000_000, slim) * 1_000_000) / orders).toBeCloseTo(7, 3);
  });
});

describe.each(regions.flatMap((region) => modes.map((mode) => ({ region, mode }))))(
  'a price ($region, $mode)',
  ({ region, mode }) => {
    const stack = { ...largeStack, readers: largeStack.readers.map((reader) => ({ ...reader })) };
    const heavy = { ...workload, region, ordersPerSecond: 500, salesPerSecond: 50 };
    const before = billOf(stack, heavy, counts, mode, prices);
    const paid = before.lines.map(({ price }) => price);

    it('is on one line only, and every line comes to something', () => {
      expect(new Set(before.lines.map(({ price }) => price)).size).toBe(before.lines.length);
      expect(before.lines.filter(({ cents }) => cents === 0).map(({ price }) => price)).toEqual([]);
    });

    it.each(paid.flatMap((id) => [0.5, 2].map((factor) => ({ id, factor }))))(
      '$id times $factor changes just its line',
      ({ id, factor }) => {
        const after = billOf(stack, heavy, counts, mode, withPrice(id, region, factor));
        const changed = after.lines.filter((line, index) => line.cents !== before.lines[index]?.cents);
        expect(changed.map(({ price }) => price)).toEqual([id]);
        const old = before.lines.find(({ price }) => price === id)?.cents ?? 0;
        const now = changed[0]?.cents ?? 0;
        expect(Math.abs(now - factor * old)).toBeLessThanOrEqual(1);
        expect(after.totalCents - before.totalCents).toBe(now - old);
      },
    );
  },
);

function withPrice(id: PriceId, region: Region, factor: number): Prices {
  const tiers: Tiers = prices[id].usd[region].map(([upTo, usd]) => [upTo, usd * factor]);
  return { ...prices, [id]: { ...prices[id], usd: { ...prices[id].usd, [region]: tiers } } };
}

describe('the price table', () => {
  it.each(Object.entries(prices))('has %s in every region, in tiers that rise and end, with its source', (_, price) => {
    for (const region of regions) {
      const tiers = price.usd[region];
      expect(tiers.at(-1)?.[0]).toBe(Number.POSITIVE_INFINITY);
      expect(tiers.map(([upTo]) => upTo)).toEqual(tiers.map(([upTo]) => upTo).toSorted((one, other) => one - other));
      for (const [, usd] of tiers) expect(usd).toBeGreaterThan(0);
    }
    expect(price.source).not.toBe('');
  });
});
