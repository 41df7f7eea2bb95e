import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aggregateRevenue } from '../../../lambda/aggregate-revenue/aggregate-revenue.ts';
import type { WindowBatch } from '../../../lambda/runtime/window-consumer.ts';
import { sequenceNumber } from '../../support/events.ts';
import { InMemoryLines, InMemoryRevenue, saleRecord, saleRecorded, windowBatch } from '../../support/sales.ts';
import { readShard } from '../../support/window-shard.ts';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => void jest.restoreAllMocks());

const system = () => {
  const [table, lines] = [new InMemoryRevenue(), new InMemoryLines()];
  return { table, lines, aggregate: aggregateRevenue(table, lines, 60) };
};
const final = { isFinalInvokeForWindow: true };
const sales = [
  saleRecorded('r1', { sales: 0.1 }),
  saleRecorded('r2', { sales: 0.2, is_return: true }, '2026-11-22T10:12:59.000Z'),
  saleRecorded('r3', { sales: '4.5', store_id: 'store_2' }, '2026-11-22T08:00:00.000Z'),
  saleRecorded('r1', { sales: 0.1 }),
];

describe('aggregate-revenue', () => {
  it('writes an item for each store and minute, and a line for each store, as the window ends', async () => {
    const { table, lines, aggregate } = system();
    const { state } = await aggregate(windowBatch(sales));
    expect([table.arrived.size, lines.lines.length]).toEqual([0, 0]);

    await aggregate(windowBatch([], { state, ...final }));

    const part = {
      window: '2026-11-22T10:15:00Z',
      shard: 'shardId-000000000000',
      first: sequenceNumber(0),
      last: sequenceNumber(3),
    };
    expect([...table.arrived.values()]).toEqual([
      {
        ...part,
        storeId: 'store_1',
        windowEnd: '2026-11-22T10:16:00Z',
        arrived: { sales: 2, revenueCents: 30, returnsCents: 20 },
        rejected: { sales: 0, revenueCents: 0, returnsCents: 0 },
        duplicates: 1,
      },
      expect.objectContaining({
        storeId: 'store_2',
        arrived: { sales: 1, revenueCents: 450, returnsCents: 0 },
        rejected: { sales: 1, revenueCents: 450, returnsCents: 0 },
      }),
    ]);
    expect(
      [...table.minutes.values()].map(({ storeId, minute, tally }) => [storeId, minute, tally.revenueCents]),
    ).toEqual([
      ['store_1', '2026-11-22T10:12:00Z', 20],
      ['store_1', '2026-11-22T10:15:00Z', 10],
    ]);
    expect(lines.lines[0]).toBe(
      '{"store_id":"store_1","revenue":0.3,"timestamp":"2026-11-22 10:15:00.000","returns":0.2,"net":0.1,"sales":2,' +
        '"duplicates":1,"rejected":0,"window":"2026-11-22T10:15:00Z/2026-11-22T10:16:00Z",' +
        `"shard":"shardId-000000000000","first":"${sequenceNumber(0)}","last":"${sequenceNumber(3)}"}`,
    );
    expect(JSON.parse(lines.lines[1] ?? '')).toMatchObject({ store_id: 'store_2', revenue: 4.5, rejected: 4.5 });
  });

  it('writes the same items again where its last invocation comes again, and lines that can be told apart from new ones', async () => {
    const { table, lines, aggregate } = system();
    const { state } = await aggregate(windowBatch(sales));
    await aggregate(windowBatch([], { state, ...final }));
    const before = structuredClone([table.arrived, table.minutes]);
    await aggregate(windowBatch([], { state, ...final }));
    expect([table.arrived, table.minutes]).toEqual(before);
    expect(new Set(lines.lines).size).toBe(lines.lines.length / 2);
  });

  it('keeps both parts of a window that was terminated early', async () => {
    const { table, lines, aggregate } = system();
    const { state } = await aggregate(windowBatch(sales.slice(0, 1)));
    const { state: fresh } = await aggregate(windowBatch([], { state, ...final, isWindowTerminatedEarly: true }));
    const { state: second } = await aggregate(windowBatch([saleRecorded('r9', { sales: 7 })], { state: fresh }, 1));
    await aggregate(windowBatch([], { state: second, ...final }));
    expect([...table.arrived.values()].map(({ first, arrived }) => [first, arrived.revenueCents])).toEqual([
      [sequenceNumber(0), 10],
      [sequenceNumber(1), 700],
    ]);
    expect(lines.lines).toHaveLength(2);
  });

  it('writes nothing for a window of which nothing could be read', async () => {
    const { table, lines, aggregate } = system();
    expect(await aggregate(windowBatch([], final))).toEqual({ state: {}, batchItemFailures: [] });
    expect([table.arrived.size, lines.lines.length]).toEqual([0, 0]);
  });

  it('sends no line before the table has everything, and fails where either is not to be had', async () => {
    const { table, lines, aggregate } = system();
    const { state } = await aggregate(windowBatch(sales));
    const last = windowBatch([], { state, ...final });
    table.failNext = 1;
    await expect(aggregate(last)).rejects.toThrow('table not there');
    expect(lines.lines).toEqual([]);
    lines.failNext = 1;
    await expect(aggregate(last)).rejects.toThrow('Firehose not there');
    await aggregate(last);
    expect([table.arrived.size, lines.lines.length]).toEqual([2, 2]);
  });
});

describe('a window with more than its state holds', () => {
  it('is terminated early by its 1 MB, goes on with a fresh state, and loses nothing', async () => {
    const { table, aggregate } = system();
    const count = 8_000;
    const records = Array.from({ length: count }, (_, n) => {
      const { kinesis } = saleRecord(n, saleRecorded(`r${n}`, { sales: 0.01, store_id: `store_${n}` }));
      return {
        sequenceNumber: sequenceNumber(n),
        partitionKey: kinesis.partitionKey,
        arrivedAtMs: Math.round(kinesis.approximateArrivalTimestamp * 1_000),
        data: kinesis.data,
      };
    });
    const invocations = { early: 0, all: 0 };
    await readShard<WindowBatch>(
      { shardId: 's0', records, settings: { batchSize: 500 }, isKilledAfter: () => false },
      (batch) => {
        invocations.all++;
        invocations.early += Number(batch.isWindowTerminatedEarly);
        return aggregate(batch);
      },
    );
    const arrived = [...table.arrived.values()];
    expect(invocations).toEqual({ early: 1, all: 16 + 2 });
    expect(new Set(arrived.map(({ first }) => first)).size).toBe(2);
    expect(arrived.reduce((sum, each) => sum + each.arrived.revenueCents, 0)).toBe(count);
  });
});
