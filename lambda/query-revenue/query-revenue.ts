import * as z from 'zod/mini';
import { amountOf } from '../../domain/money.ts';
import { Id } from '../../domain/order/order.ts';
import { standing } from '../../domain/revenue/part.ts';
import { sumOf, type Tally } from '../../domain/revenue/tally.ts';
import type { Contribution } from '../aggregate-revenue/aggregate-revenue.ts';
import { httpHandler, invalid, json, readQuery } from '../runtime/http.ts';

/** What can be asked of the revenue. */
export interface RevenueViews {
  /** What windows contributed to the store's minutes from `from` on, before `to`: ISO 8601, whole seconds, UTC. */
  contributions(storeId: string, from: string, to: string): Promise<readonly Contribution[]>;
}

const minuteMs = 60_000;
/** The longest time that one request may ask for. */
const maxMinutes = 24 * 60;

/** The last minute whose text sorts behind those before it. */
const lastMinute = '9999-12-31T23:59:00Z';

const wrongTime = 'must be ISO 8601 in UTC, such as 2026-11-22T10:15:00Z';
const Instant = z.pipe(
  z.pipe(
    z.string(wrongTime).check(z.iso.datetime(wrongTime)),
    z.transform((text) => Date.parse(text)),
  ),
  z.number().check(z.lte(Date.parse(lastMinute), `must be ${lastMinute} at the latest`)),
);
const RevenueQuery = z.strictObject({ store_id: Id, from: Instant, to: Instant });

/**
 * `GET /revenue?store_id=&from=&to=` -> the store's revenue by event time: the minutes that begin in [from, to), those
 * in which it sold something, and their sum. Read consistently; a minute goes on growing while late sales come in.
 */
export const queryRevenue = (revenue: RevenueViews) =>
  httpHandler(async (request) => {
    const { store_id: storeId, from, to } = readQuery(request, RevenueQuery);
    if (to <= from) throw invalid([{ field: 'to', detail: 'must be later than from' }]);
    if (to - from > maxMinutes * minuteMs) {
      throw invalid([{ field: 'to', detail: `must be at most ${maxMinutes / 60} hours later than from` }]);
    }
    const [first, end] = [wholeMinute(from), wholeMinute(to)];
    const contributions = await revenue.contributions(storeId, first, end);
    const minutes = [...Map.groupBy(contributions, ({ minute }) => minute)]
      .map(([minute, parts]) => ({ minute, tally: sumOf(standing(parts).map(({ tally }) => tally)) }))
      .sort((a, b) => (a.minute < b.minute ? -1 : 1));
    return json(200, {
      store_id: storeId,
      from: first,
      to: end,
      ...amounts(sumOf(minutes.map(({ tally }) => tally))),
      minutes: minutes.map(({ minute, tally }) => ({ minute, ...amounts(tally) })),
    });
  });

/** The first minute that begins at this time or later. */
const wholeMinute = (ms: number) => `${new Date(Math.ceil(ms / minuteMs) * minuteMs).toISOString().slice(0, 19)}Z`;

const amounts = ({ sales, revenueCents, returnsCents }: Tally) => ({
  revenue: amountOf(revenueCents),
  returns: amountOf(returnsCents),
  net: amountOf(revenueCents - returnsCents),
  sales,
});
