import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { eventReader } from '../../../domain/event.ts';
import { SaleRecorded } from '../../../domain/revenue/sale-recorded.ts';
import { InventoryChanged } from '../../../domain/stock/inventory-changed.ts';
import { produceSales, type StoreBus } from '../../../lambda/produce-sales/produce-sales.ts';
import type { StoreEvent } from '../../../lambda/produce-sales/store-events.ts';

beforeEach(() => void jest.spyOn(console, 'info').mockImplementation(() => {}));
afterEach(() => void jest.restoreAllMocks());

const begunAt = Date.parse('2026-11-22T10:15:00.000Z');

/** A bus that refuses where told, and a time that passes only where somebody waits for it. */
class Playground implements StoreBus {
  readonly calls: (readonly StoreEvent[])[] = [];
  readonly taken: StoreEvent[] = [];
  refuses: (event: StoreEvent, call: number) => boolean = () => false;
  nowMs = begunAt;
  #ids = 0;
  #chance = 0;

  readonly origin = {
    now: () => new Date(this.nowMs),
    newId: () => `r${this.#ids++}`,
    random: () => {
      this.#chance = (this.#chance * 16_807 + 12_345) % 2_147_483_647;
      return this.#chance / 2_147_483_647;
    },
    sleep: async (ms: number) => {
      this.nowMs += ms;
    },
  };

  async put(events: readonly StoreEvent[]): Promise<boolean[]> {
    const call = this.calls.push(events);
    return events.map((event) => {
      if (this.refuses(event, call)) return false;
      this.taken.push(event);
      return true;
    });
  }

  produce(request: unknown) {
    return produceSales(this, this.origin)(request);
  }

  sales() {
    return this.taken.filter(({ detailType }) => detailType === 'sales-events');
  }
}

describe('produce-sales', () => {
  it('produces as many sales as asked for, in full calls, and says what they come to', async () => {
    const playground = new Playground();
    const { message } = await playground.produce({ events: 1_170 });

    const cents = playground.sales().reduce((sum, event) => sum + Math.round(Number(event.detail.sales) * 100), 0);
    expect(message).toEqual({ status: true, record_count: 1_170, tot_sales: cents / 100 });
    expect(playground.sales()).toHaveLength(1_170);
    expect(playground.taken).toHaveLength(1_170 + 117);
    expect(playground.calls.map(({ length }) => length).sort()).toEqual([...Array(128).fill(10), 7].sort());
  });

  it('plays five stores with events that their consumers understand, no request twice', async () => {
    const playground = new Playground();
    await playground.produce({ events: 200 });
    const envelope = (detail: StoreEvent['detail']) => ({
      id: String(detail.request_id),
      source: 'stores',
      subject: String(detail.store_id),
      time: '2026-11-22T10:15:00.000Z',
      data: detail as never,
    });
    for (const { detail, detailType } of playground.taken) {
      const type = detailType === 'sales-events' ? SaleRecorded : InventoryChanged;
      eventReader([SaleRecorded, InventoryChanged])(type.create(envelope(detail)));
    }
    const valuesOf = (field: string) => new Set(playground.taken.map(({ detail }) => detail[field]));
    expect([...valuesOf('store_id')].sort()).toEqual(['store_1', 'store_2', 'store_3', 'store_4', 'store_5']);
    expect(valuesOf('request_id').size).toBe(220);
    expect(valuesOf('is_return')).toEqual(new Set([true, false]));
  });

  it('sends what was refused again, with the next ones, and the same', async () => {
    const playground = new Playground();
    const refused = new Set<unknown>();
    playground.refuses = ({ detail }) => {
      if (Number(String(detail.request_id).slice(1)) % 3 > 0 || refused.has(detail.request_id)) return false;
      refused.add(detail.request_id);
      return true;
    };
    const { message } = await playground.produce({ events: 100 });
    expect(message).toMatchObject({ status: true, record_count: 100 });
    expect(refused.size).toBeGreaterThan(30);
    expect(new Set(playground.taken.map(({ detail }) => detail.request_id)).size).toBe(110);
    const notFull = playground.calls.filter(({ length }) => length < 10);
    expect(notFull.length).toBeLessThanOrEqual(4);
  });

  it('gives an event up after five refusals, leaves it out of the sums and says so', async () => {
    const playground = new Playground();
    playground.refuses = ({ detail }) => detail.request_id === 'r3';
    const { message } = await playground.produce({ events: 20 });
    const tried = playground.calls.flat().filter(({ detail }) => detail.request_id === 'r3');
    const cents = playground.sales().reduce((sum, event) => sum + event.cents, 0);
    expect(tried).toHaveLength(5);
    expect(message).toEqual({
      status: false,
      record_count: 19,
      tot_sales: cents / 100,
      error: 'the bus refused 1 events',
    });
  });

  it.each([
    [{ seconds: 30 }, 600, 30],
    [{}, 1_200, 60],
    [undefined, 1_200, 60],
  ])('plays %j for its time', async (request, sales, seconds) => {
    const playground = new Playground();
    const { message } = await playground.produce(request);
    expect(message.record_count).toBe(sales);
    expect(Math.abs(playground.nowMs - begunAt - seconds * 1_000)).toBeLessThan(seconds * 150);
  });

  it('spreads sales over the minutes before now, if told to', async () => {
    const playground = new Playground();
    await playground.produce({ events: 500, lateMinutes: 10 });
    const agoMs = playground.sales().map(({ time }) => begunAt - time.getTime());
    expect(Math.min(...agoMs)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...agoMs)).toBeLessThanOrEqual(600_000);
    expect(new Set(agoMs.map((ms) => Math.floor(ms / 60_000))).size).toBe(10);
  });

  it.each([
    [{ events: 0 }, 'events must be a whole number from 1 to 100000'],
    [{ events: '5' }, 'events must be a whole number from 1 to 100000'],
    [{ seconds: 841 }, 'seconds must be a whole number from 1 to 840'],
    [{ events: 5, seconds: 5 }, 'seconds must not be given with events'],
    [{ sales: 5 }, 'sales is not known here'],
    ['1170', 'must be an object'],
  ])('refuses %j and names what is wrong', async (request, error) => {
    const playground = new Playground();
    const { message } = await playground.produce(request);
    expect(message).toEqual({ status: false, record_count: 0, tot_sales: 0, error });
    expect(playground.calls).toEqual([]);
  });
});
