import type { KinesisStreamRecord } from 'aws-lambda';
import { SaleRecorded as Sale, type SaleRecorded } from '../../domain/revenue/sale-recorded.ts';
import type {
  Arrived,
  Contribution,
  RevenueLines,
  RevenueStore,
} from '../../lambda/aggregate-revenue/aggregate-revenue.ts';
import { revenueLine } from '../../lambda/aggregate-revenue/revenue-line.ts';
import type { RevenueViews } from '../../lambda/query-revenue/query-revenue.ts';
import type { WindowBatch } from '../../lambda/runtime/window-consumer.ts';
import { kinesisRecord } from './events.ts';

/** When the records of `windowBatch` arrive. */
export const arrivedAt = '2026-11-22T10:15:30.000Z';

/** The `detail` of a sale as a store sends it; `changes` replace or add fields. */
export const saleDetail = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  request_id: 'r1',
  name: 'Flat White',
  category: 'Coffee',
  store_id: 'store_1',
  sales: 12.34,
  is_return: false,
  ...changes,
});

/** A `SaleRecorded` with the id `requestId`. */
export function saleRecorded(requestId: string, changes: Record<string, unknown> = {}, time = arrivedAt): SaleRecorded {
  const data = saleDetail({ request_id: requestId, ...changes }) as SaleRecorded['data'];
  return Sale.create({ id: requestId, source: 'stores', subject: data.store_id, time, data });
}

/** A record at place `n` of its shard. */
export function saleRecord(n: number, sale: unknown, at = arrivedAt): KinesisStreamRecord {
  const record = kinesisRecord(n, 'store', typeof sale === 'string' ? sale : JSON.stringify(sale));
  return { ...record, kinesis: { ...record.kinesis, approximateArrivalTimestamp: Date.parse(at) / 1_000 } };
}

/** A batch of the window from 10:15 to 10:16; a text stands for a record that is no event. */
export const windowBatch = (
  sales: readonly unknown[],
  changes: Partial<WindowBatch> = {},
  firstPlace = 0,
): WindowBatch => ({
  Records: sales.map((sale, n) => saleRecord(firstPlace + n, sale)),
  window: { start: '2026-11-22T10:15:00Z', end: '2026-11-22T10:16:00Z' },
  state: {},
  shardId: 'shardId-000000000000',
  isFinalInvokeForWindow: false,
  isWindowTerminatedEarly: false,
  ...changes,
});

/** The revenue table in memory: the rule of its keys, in plain words. */
export class InMemoryRevenue implements RevenueStore, RevenueViews {
  readonly arrived = new Map<string, Arrived>();
  readonly minutes = new Map<string, Contribution>();
  failNext = 0;

  async keep(arrived: readonly Arrived[], contributions: readonly Contribution[]): Promise<void> {
    if (this.failNext > 0 && this.failNext--) throw new Error('table not there');
    for (const each of arrived) {
      this.arrived.set(`${each.storeId} ${each.window} ${each.shard} ${each.first}`, each);
    }
    for (const each of contributions) {
      this.minutes.set(`${each.storeId} ${each.minute} ${each.window} ${each.shard} ${each.first}`, each);
    }
  }

  async contributions(storeId: string, from: string, to: string): Promise<Contribution[]> {
    return [...this.minutes.values()].filter(
      (each) => each.storeId === storeId && each.minute >= from && each.minute < to,
    );
  }
}

/** The lines that were sent, as text. */
export class InMemoryLines implements RevenueLines {
  readonly lines: string[] = [];
  failNext = 0;

  async send(arrived: readonly Arrived[]): Promise<void> {
    if (this.failNext > 0 && this.failNext--) throw new Error('Firehose not there');
    this.lines.push(...arrived.map(revenueLine));
  }
}
