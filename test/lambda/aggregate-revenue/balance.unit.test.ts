import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { standing } from '../../../domain/revenue/part.ts';
import { sumOf } from '../../../domain/revenue/tally.ts';
import { aggregateRevenue, type Contribution } from '../../../lambda/aggregate-revenue/aggregate-revenue.ts';
import type { WindowBatch } from '../../../lambda/runtime/window-consumer.ts';
import type { SourceRecord } from '../../../local/event-source-mapping/stream-record.ts';
import { sequenceNumber } from '../../support/events.ts';
import { InMemoryLines, InMemoryRevenue, saleRecorded } from '../../support/sales.ts';
import { readShard } from '../../support/window-shard.ts';

beforeAll(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterAll(() => void jest.restoreAllMocks());

const count = 5_000;
/** `ORDERS_OF_ARRIVAL=200` takes a minute. */
const orders = Number(process.env.ORDERS_OF_ARRIVAL ?? 20);
const latenessMinutes = 60;
const begunAtMs = Date.parse('2026-11-22T10:00:00.000Z');

interface Sale {
  readonly storeId: string;
  readonly cents: number;
  readonly happenedAtMs: number;
  readonly data: string;
}

/** A sale where it lies on its shard. */
interface Laid extends Sale {
  readonly record: SourceRecord;
}

/** Chance that can be had again. */
function chanceOf(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return { is: (share: number) => next() < share, below: (limit: number) => Math.floor(next() * limit) };
}

/**
 * Sales of seven stores: most from the half hour in which they arrive, some from up to three hours
 * before it, some from after it.
 */
const chance = chanceOf(1);
const sales: readonly Sale[] = Array.from({ length: count }, (_, n) => {
  const storeId = `store_${chance.below(7)}`;
  const cents = chance.below(100_000);
  const minutes = chance.is(0.1) ? -chance.below(180) : chance.is(0.05) ? 30 + chance.below(60) : chance.below(30);
  const happenedAtMs = begunAtMs + minutes * 60_000 + chance.below(60_000);
  const changes = { store_id: storeId, sales: cents / 100, is_return: chance.is(0.1) };
  const event = saleRecorded(`r${n}`, changes, new Date(happenedAtMs).toISOString());
  return { storeId, cents, happenedAtMs, data: Buffer.from(JSON.stringify(event)).toString('base64') };
});

/** The sales in an order of arrival of their own, over half an hour and two shards, one of a hundred twice in a row. */
function layOut(seed: number): Laid[][] {
  const { below, is } = chanceOf(seed);
  const order = sales.map((_, n) => n);
  for (let n = order.length - 1; n > 0; n--) {
    const other = below(n + 1);
    [order[n], order[other]] = [order[other] as number, order[n] as number];
  }
  const shards: Laid[][] = [[], []];
  order.forEach((n, place) => {
    const sale = sales[n] as Sale;
    const shard = shards[Number(sale.storeId.slice(-1)) % 2] as Laid[];
    const arrivedAtMs = begunAtMs + Math.floor((place * 1_800_000) / count);
    for (let times = is(0.01) ? 2 : 1; times > 0; times--) {
      const record = { sequenceNumber: sequenceNumber(shard.length), partitionKey: sale.storeId, arrivedAtMs };
      shard.push({ ...sale, record: { ...record, data: sale.data } });
    }
  });
  return shards;
}

/** Larger than Lambda lets a state grow. */
const ballast = 'x'.repeat(1_100_000);

/** Takes the sales in over everything that may go wrong on the way. */
async function aggregate(seed: number, shards: readonly Laid[][]) {
  const chance = chanceOf(seed + 1);
  const [table, lines] = [new InMemoryRevenue(), new InMemoryLines()];
  const consume = aggregateRevenue(table, lines, latenessMinutes);
  const happened = { failures: 0, kills: 0, earlyTerminations: 0 };
  const faulty = async (batch: WindowBatch) => {
    happened.earlyTerminations += Number(batch.isWindowTerminatedEarly);
    const fails = chance.is(0.1);
    const afterwards = chance.is(0.5);
    happened.failures += Number(fails);
    if (fails && !afterwards) throw new Error('before its work');
    if (chance.is(0.05)) table.failNext = 1;
    if (chance.is(0.05)) lines.failNext = 1;
    const answer = await consume(batch);
    if (fails) throw new Error('after its work');
    return chance.is(0.03) && batch.Records.length > 0 ? { ...answer, state: { ...answer.state, ballast } } : answer;
  };
  for (const [place, laid] of shards.entries()) {
    let batchSize = 40 + chance.below(300);
    const setAside = await readShard<WindowBatch>(
      {
        shardId: `shard-${place}`,
        records: laid.map(({ record }) => record),
        settings: {
          get batchSize() {
            batchSize = 40 + chance.below(300); // after a kill the batches are cut elsewhere
            return batchSize;
          },
        },
        isKilledAfter: () => {
          const kills = chance.is(0.04);
          happened.kills += Number(kills);
          return kills;
        },
      },
      faulty,
    );
    expect(setAside).toEqual([]);
  }
  return { table, lines, happened };
}

const isRejected = ({ happenedAtMs, record }: Laid) =>
  record.arrivedAtMs - happenedAtMs > 3_600_000 || happenedAtMs - record.arrivedAtMs > 300_000;

/** Adds `cents` to what stands under `key`. */
const addUp = (sums: Map<string, number>, key: string, cents: number) => sums.set(key, (sums.get(key) ?? 0) + cents);

describe('the revenue of 5,000 sales', () => {
  it(`adds up to the cent, by event time and by arrival, in ${orders} orders of arrival and whatever fails on the way`, async () => {
    const total = { failures: 0, kills: 0, earlyTerminations: 0, rejected: 0, duplicates: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer(), async (seed) => {
        const shards = layOut(seed);
        const { table, lines, happened } = await aggregate(seed, shards);

        const arrived = [...table.arrived.values()];
        const byStore = Map.groupBy(arrived, ({ storeId }) => storeId);
        const parts = [...byStore.values()].flatMap((ofStore) => standing(ofStore));

        // Each sale of a part counts once: what must have come of it, by the records themselves.
        const expected = { windows: new Map<string, number>(), minutes: new Map<string, number>(), rejected: 0 };
        let duplicates = 0;
        let strays = 0;
        for (const [place, laid] of shards.entries()) {
          const ofShard = parts.filter(({ shard }) => shard === `shard-${place}`);
          const bounds = [...new Map(ofShard.map((part) => [part.first, part])).values()].sort((a, b) =>
            a.first < b.first ? -1 : 1,
          );
          let at = 0;
          for (const { first, last, window } of bounds) {
            expect(laid[at]?.record.sequenceNumber).toBe(first); // nothing lies between two parts
            const seen = new Set<string>();
            for (; (laid[at]?.record.sequenceNumber ?? '~') <= last; at++) {
              const sale = laid[at] as Laid;
              strays += Number(Math.floor(sale.record.arrivedAtMs / 60_000) !== Date.parse(window) / 60_000);
              if (seen.has(sale.data)) {
                duplicates++;
                continue;
              }
              seen.add(sale.data);
              addUp(expected.windows, `${sale.storeId} ${first} ${place}`, sale.cents);
              if (isRejected(sale)) expected.rejected += sale.cents;
              else addUp(expected.minutes, `${sale.storeId} ${Math.floor(sale.happenedAtMs / 60_000)}`, sale.cents);
            }
          }
          expect(at).toBe(laid.length);
        }

        expect(strays).toBe(0); // each lies in the window in which it arrived

        const windows = parts.map((part) => [
          `${part.storeId} ${part.first} ${part.shard.slice(-1)}`,
          part.arrived.revenueCents,
        ]);
        expect(new Map(windows as [string, number][])).toEqual(expected.windows);
        const rejected = sumOf(parts.map((part) => part.rejected)).revenueCents;
        expect(rejected).toBe(expected.rejected);
        const contributions = Map.groupBy(
          table.minutes.values(),
          ({ storeId, minute }: Contribution) => `${storeId} ${Date.parse(minute) / 60_000}`,
        );
        const minutes = [...contributions].map(
          ([key, ofMinute]) => [key, sumOf(standing(ofMinute).map(({ tally }) => tally)).revenueCents] as const,
        );
        expect(new Map(minutes)).toEqual(expected.minutes);

        // The balance, and the same of the lines: the last of each key, but for left-over parts.
        const all = sumOf(parts.map((part) => part.arrived)).revenueCents;
        expect(minutes.reduce((sum, [, cents]) => sum + cents, 0) + rejected).toBe(all);
        const written = new Map(
          lines.lines.map((text) => {
            const line = JSON.parse(text);
            return [`${line.store_id} ${line.window} ${line.shard} ${line.first}`, line];
          }),
        );
        const linesOfStores = Map.groupBy(written.values(), (line) => line.store_id as string);
        const inLines = [...linesOfStores.values()].flatMap((ofStore) => standing(ofStore));
        expect(inLines.reduce((sum, line) => sum + Math.round(line.revenue * 100), 0)).toBe(all);

        total.failures += happened.failures;
        total.kills += happened.kills;
        total.earlyTerminations += happened.earlyTerminations;
        total.rejected += rejected;
        total.duplicates += duplicates;
      }),
      { numRuns: orders },
    );
    // All of it has happened, and often.
    for (const times of Object.values(total)) expect(times).toBeGreaterThan(orders);
  }, 120_000);
});
