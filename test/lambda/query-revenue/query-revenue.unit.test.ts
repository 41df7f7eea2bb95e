import { describe, expect, it } from '@jest/globals';
import type { Contribution } from '../../../lambda/aggregate-revenue/aggregate-revenue.ts';
import { queryRevenue } from '../../../lambda/query-revenue/query-revenue.ts';
import { proxyEvent } from '../../support/events.ts';
import { InMemoryRevenue } from '../../support/sales.ts';

const contribution = (minute: string, revenueCents: number, changes: Partial<Contribution> = {}): Contribution => ({
  storeId: 'store_1',
  minute: `2026-11-22T${minute}:00Z`,
  window: '2026-11-22T10:15:00Z',
  shard: 's0',
  first: '1',
  last: '5',
  tally: { sales: 1, revenueCents, returnsCents: 5 },
  ...changes,
});

const ask = async (query: Record<string, string>, contributions: readonly Contribution[] = []) => {
  const table = new InMemoryRevenue();
  await table.keep([], contributions);
  const request = proxyEvent({ path: '/revenue', query: Object.entries(query) });
  const { statusCode, body } = await queryRevenue(table)(request);
  return { statusCode, body: JSON.parse(body) };
};
const asked = { store_id: 'store_1', from: '2026-11-22T10:14:00Z', to: '2026-11-22T10:16:00Z' };

describe('GET /revenue', () => {
  it('adds up what each window contributed to each minute, and the minutes', async () => {
    const { statusCode, body } = await ask(asked, [
      contribution('10:15', 10),
      contribution('10:14', 20),
      contribution('10:14', 30, { window: '2026-11-22T10:16:00Z' }),
      contribution('10:14', 40, { shard: 's1' }),
      contribution('10:13', 1_000),
      contribution('10:16', 1_000),
      contribution('10:15', 1_000, { storeId: 'store_2' }),
    ]);
    expect(statusCode).toBe(200);
    expect(body).toEqual({
      ...asked,
      revenue: 1,
      returns: 0.2,
      net: 0.8,
      sales: 4,
      minutes: [
        { minute: '2026-11-22T10:14:00Z', revenue: 0.9, returns: 0.15, net: 0.75, sales: 3 },
        { minute: '2026-11-22T10:15:00Z', revenue: 0.1, returns: 0.05, net: 0.05, sales: 1 },
      ],
    });
  });

  it('leaves out what is left over from a delivery that cut the window elsewhere', async () => {
    const { body } = await ask(asked, [contribution('10:15', 10), contribution('10:15', 7, { first: '4', last: '9' })]);
    expect(body.revenue).toBe(0.07);
  });

  it('answers a store that sold nothing with nothing', async () => {
    const { statusCode, body } = await ask({ ...asked, store_id: 'elsewhere' });
    expect([statusCode, body.revenue, body.minutes]).toEqual([200, 0, []]);
  });

  it('takes minutes that begin in the time asked for, and no part of one', async () => {
    const from = '2026-11-22T10:13:00.001Z';
    const { body } = await ask({ ...asked, from }, [contribution('10:13', 10), contribution('10:14', 20)]);
    expect([body.from, body.revenue]).toEqual(['2026-11-22T10:14:00Z', 0.2]);
  });

  it.each([
    [{}, ['store_id', 'from', 'to']],
    [{ ...asked, store_id: 'a/b' }, ['store_id']],
    [{ ...asked, from: 'yesterday' }, ['from']],
    [{ ...asked, from: '2026-11-22 10:14' }, ['from']],
    [{ ...asked, from: '2026-02-30T10:14:00Z' }, ['from']],
    [{ ...asked, to: '2026-11-22T10:16:00+01:00' }, ['to']],
    [{ ...asked, to: asked.from }, ['to']],
    [{ ...asked, to: '2026-11-23T10:14:00.001Z' }, ['to']],
    [{ ...asked, from: '9999-12-31T23:50:00Z', to: '9999-12-31T23:59:30Z' }, ['to']],
    [{ ...asked, shop: 'x' }, ['shop']],
  ])('answers %j with 422 that names the parameter', async (query, fields) => {
    const { statusCode, body } = await ask(query as Record<string, string>);
    expect([statusCode, body.errors.map(({ field }: { field: string }) => field)]).toEqual([422, fields]);
  });

  it('says how to write a time that is missing, as it does of one that is wrong', async () => {
    const [missing, wrong] = await Promise.all([ask({ store_id: 'store_1' }), ask({ ...asked, from: '', to: 'noon' })]);
    expect(missing.body).toEqual(wrong.body);
  });
});
