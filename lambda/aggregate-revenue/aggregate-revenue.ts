import { minuteText } from '../../domain/revenue/event-minute.ts';
import type { Part } from '../../domain/revenue/part.ts';
import { SaleRecorded } from '../../domain/revenue/sale-recorded.ts';
import type { Tally } from '../../domain/revenue/tally.ts';
import { type StoreRevenue, WindowRevenue } from '../../domain/revenue/window-revenue.ts';
import { type WindowBatch, windowConsumer } from '../runtime/window-consumer.ts';
import { positionOf } from '../stores/position.ts';

/** What one store sold in a part of an arrival window. */
export interface Arrived extends Part {
  readonly storeId: string;
  /** The window's end, exclusive: ISO 8601, whole seconds, UTC. */
  readonly windowEnd: string;
  readonly arrived: Tally;
  /** What of it came too late for the minute in which it happened, or from the future. */
  readonly rejected: Tally;
  readonly duplicates: number;
}

/** What a part of an arrival window contributes to a minute of event time. */
export interface Contribution extends Part {
  readonly storeId: string;
  /** The minute's start: `2026-11-22T10:15:00Z`. */
  readonly minute: string;
  readonly tally: Tally;
}

/** Where windows are kept. */
export interface RevenueStore {
  /** Keeps all of it; again, it keeps the same. */
  keep(arrived: readonly Arrived[], contributions: readonly Contribution[]): Promise<void>;
}

/** Where windows are sent on, one line a store. */
export interface RevenueLines {
  /** Sends all of them; again, it sends them again. */
  send(arrived: readonly Arrived[]): Promise<void>;
}

/**
 * stream -> aggregate-revenue -> one item a store into the table, then one line a store to Firehose. Items are keyed by
 * window, shard and the first sequence number, so that a last invocation delivered twice writes them twice the same;
 * its lines, which carry all three, can be told from new ones.
 */
export const aggregateRevenue = (table: RevenueStore, lines: RevenueLines, latenessMinutes: number) =>
  windowConsumer(
    [SaleRecorded],
    (state) => {
      const revenue = new WindowRevenue(state, latenessMinutes);
      return {
        revenue,
        add: (sale, { sequenceNumber, arrivedAtMs }) => revenue.add(sale, positionOf(sequenceNumber), arrivedAtMs),
        get state() {
          return revenue.state;
        },
      };
    },
    async ({ revenue }, batch) => {
      const { first, last } = revenue.state;
      if (first === undefined || last === undefined) return; // none of its sales could be read
      const part = { window: batch.window.start, shard: batch.shardId, first, last };
      const stores = [...revenue.stores];
      const arrived = stores.map(([storeId, store]) => toArrived(storeId, store, part, batch));
      await table.keep(
        arrived,
        stores.flatMap(([storeId, store]) => toContributions(storeId, store, part)),
      );
      await lines.send(arrived);
    },
  );

const toArrived = (
  storeId: string,
  { arrived, rejected, duplicates }: StoreRevenue,
  part: Part,
  { window }: WindowBatch,
): Arrived => ({ ...part, storeId, windowEnd: window.end, arrived, rejected, duplicates });

const toContributions = (storeId: string, { minutes }: StoreRevenue, part: Part): Contribution[] =>
  Object.entries(minutes).map(([minute, tally]) => ({ ...part, storeId, minute: minuteText(Number(minute)), tally }));
