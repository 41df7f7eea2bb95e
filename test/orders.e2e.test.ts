import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import { eventually, sideBySide } from './support/eventually.ts';
import {
  anOrder,
  type OrderSystem,
  type PostAnswer,
  type RunningOrderSystem,
  startOrderSystem,
} from './support/order-system.ts';

let running: RunningOrderSystem;
let system: OrderSystem;

beforeAll(async () => {
  running = await startOrderSystem();
  system = running.system;
});
afterAll(() => running?.close());

const itemOf = (accountid: string, vendorid: string) =>
  eventually(async () => {
    const item = (await system.items()).find((each) => each.accountid === accountid && each.vendorid === vendorid);
    if (!item) throw new Error(`no item of ${accountid}/${vendorid}`);
    return item;
  });

describe('posting orders', () => {
  it('turns 1,000 orders posted one by one into 1,000 items and 1,000 invoices, spread over every shard', async () => {
    const vendors = Array.from({ length: 1_000 }, (_, n) => `v${n}`);
    const accepted = await sideBySide(vendors, 16, (vendorid) => system.place(anOrder('a0', vendorid)));

    const { invoices, items } = await eventually(async () => {
      const invoices = await system.invoices('invoices/a0/');
      const items = (await system.items()).filter(({ accountid }) => accountid === 'a0');
      expect([invoices.length, items.length]).toEqual([1_000, 1_000]);
      return { invoices, items };
    }, 20_000);
    expect(new Set(items.map(({ vendorid }) => vendorid))).toEqual(new Set(vendors));
    expect(items.every(({ order }) => order.city === 'Sydney')).toBe(true);
    expect(
      new Set(items.map(({ accountid, vendorid, eventId }) => `invoices/${accountid}/${vendorid}/${eventId}.json`)),
    ).toEqual(new Set(invoices));

    const summary = await system.kinesis.send(
      new DescribeStreamSummaryCommand({ StreamName: system.output('StreamName') }),
    );
    const shards = new Set(accepted.map(({ shardId }) => shardId));
    expect(shards.size).toBe(summary.StreamDescriptionSummary?.OpenShardCount);
  }, 40_000);

  it('tells what happened to an order and when', async () => {
    const accepted: PostAnswer['accepted'][number][] = [];
    for (const city of ['first', 'second']) accepted.unshift(await system.place(anOrder('history', 'v1', { city })));
    await eventually(async () => {
      const response = await system.request('order/events?accountid=history&vendorid=v1');
      expect(response.status).toBe(200);
      const { events } = (await response.json()) as { events: { receivedAt: string }[] };
      expect(events).toEqual(
        accepted.map(({ eventId }, n) => ({
          eventId,
          type: 'OrderPlaced',
          receivedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
          order: anOrder('history', 'v1', { city: ['second', 'first'][n] ?? '' }),
        })),
      );
    });
    expect((await system.request('order/events?accountid=history&vendorid=none')).status).toBe(404);
  });

  it('stores prices and quantities sent as strings as numbers', async () => {
    const details = { coffeetype: 'Mocha', coffeesize: 'S', unitprice: '3.10', quantity: '12' };
    await Promise.all(Array.from({ length: 10 }, (_, n) => system.place(anOrder('strings', `v${n}`, { details }))));

    for (let n = 0; n < 10; n++) {
      const { order } = await itemOf('strings', `v${n}`);
      expect(order.details).toEqual({ ...details, unitprice: 3.1, quantity: 12 });
    }
  });

  it('accepts 497 of a batch of 500 and refuses the 3 invalid ones by index, with reasons', async () => {
    const orders: unknown[] = Array.from({ length: 500 }, (_, n) => anOrder('batch', `v${n}`));
    orders[0] = { ...anOrder('batch', 'v0'), orderdate: 'yesterday' };
    orders[250] = { ...anOrder('batch', 'v250'), details: undefined };
    orders[499] = anOrder('not/an/id', 'v499');

    const response = await system.post({ orders });
    const answer = (await response.json()) as PostAnswer;

    expect(response.status).toBe(202);
    expect(answer.accepted).toHaveLength(497);
    expect(answer.refused.map(({ index }) => index)).toEqual([0, 250, 499]);
    expect(answer.refused[0]?.reason).toContain('orderdate');
    expect(answer.refused[1]?.reason).toContain('details');
    expect(answer.refused[2]?.reason).toContain('accountid');
    await eventually(async () => expect(await system.invoices('invoices/batch/')).toHaveLength(497));
    await eventually(async () =>
      expect((await system.items()).filter((item) => item.accountid === 'batch')).toHaveLength(497),
    );
  });
});

describe('the same order again', () => {
  it('writes one invoice for five posts under one Idempotency-Key', async () => {
    const posts = await sideBySide([1, 2, 3, 4, 5], 5, () => system.place(anOrder('again', 'v'), 'key-1'));

    expect(new Set(posts.map(({ eventId }) => eventId)).size).toBe(1);
    await system.place(anOrder('again', 'afterwards'));
    await itemOf('again', 'afterwards');
    await eventually(async () => expect(await system.invoices('invoices/again/v/')).toHaveLength(1));
  });

  it('leaves the second version standing when the first is sent again under its key', async () => {
    const send = (version: string) => system.place(anOrder('versions', 'v', { city: version }), `key-${version}`);
    const first = await send('one');
    const second = await send('two');
    expect((await send('one')).eventId).toBe(first.eventId);
    const third = await send('three'); // once it is applied, so is what lies before it
    expect((await send('two')).eventId).toBe(second.eventId);
    const last = await send('four');

    await eventually(async () => expect((await itemOf('versions', 'v')).eventId).toBe(last.eventId));
    const events = [first, second, third, last].map(({ eventId }) => eventId);
    expect((await itemOf('versions', 'v')).eventIds).toEqual(events);
    await eventually(async () => expect(await system.invoices('invoices/versions/v/')).toHaveLength(4));
  });

  it('keeps the last of 500 orders of one key in one post, and every one of their 500 invoices', async () => {
    const orders = Array.from({ length: 500 }, (_, n) => anOrder('one-key', 'v', { city: `city ${n}` }));

    const response = await system.post({ orders });

    expect(((await response.json()) as PostAnswer).accepted).toHaveLength(500);
    await eventually(async () => expect((await itemOf('one-key', 'v')).order.city).toBe('city 499'));
    await eventually(async () => expect(await system.invoices('invoices/one-key/v/')).toHaveLength(500));
  });
});

describe('reading orders back', () => {
  it('answers an order flat, with its event id and when it was received', async () => {
    const { eventId } = await system.place(anOrder('reader', 'v1'));
    await itemOf('reader', 'v1');

    const response = await system.request('order?accountid=reader&vendorid=v1');

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      ...anOrder('reader', 'v1'),
      eventId,
      receivedAt: expect.stringMatching(/^2\d{3}-.*Z$/),
    });
  });

  it('pages through the orders of an account, newest first, each once', async () => {
    for (let n = 0; n < 5; n++) await system.place(anOrder('pager', `v${n}`));
    await eventually(async () =>
      expect((await system.items()).filter((item) => item.accountid === 'pager')).toHaveLength(5),
    );

    const vendors: string[] = [];
    let next: string | null | undefined;
    do {
      const query = new URLSearchParams({ accountid: 'pager', limit: '2', ...(next ? { next } : {}) });
      const page = (await (await system.request(`order?${query}`)).json()) as {
        orders: { vendorid: string }[];
        next?: string;
      };
      expect(page.orders.length).toBeLessThanOrEqual(2);
      vendors.push(...page.orders.map(({ vendorid }) => vendorid));
      next = page.next;
    } while (next);
    expect(vendors).toEqual(['v4', 'v3', 'v2', 'v1', 'v0']);
  });

  it('answers 404 for an order that nobody placed', async () => {
    const response = await system.request('order?accountid=nobody&vendorid=nothing');

    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('invoice links', () => {
  const invoiceLink = async (query: string) =>
    eventually(async () => {
      const response = await system.request(`invoice?${query}`);
      if (response.status !== 200)
        throw new Error(`GET /invoice answered ${response.status}: ${await response.text()}`);
      return (await response.json()) as { url: string; key: string; expiresAt: string };
    });

  it('lead to the invoice of the order named, and to the newest of an account', async () => {
    await system.place(anOrder('links', 'first'));
    await invoiceLink('accountid=links&vendorid=first');
    const { eventId } = await system.place(anOrder('links', 'second'));

    const named = await invoiceLink('accountid=links&vendorid=second');
    const newest = await eventually(async () => {
      const link = await invoiceLink('accountid=links');
      expect(link.key).toBe(named.key);
      return link;
    });

    expect(named.key).toBe(`invoices/links/second/${eventId}.json`);
    const invoice = await fetch(newest.url);
    expect(invoice.status).toBe(200);
    expect(await invoice.json()).toMatchObject({ accountid: 'links', vendorid: 'second' });
    expect(Date.parse(named.expiresAt)).toBeGreaterThan(Date.now());
  });

  it('are refused with another method, without their signature, and with any one byte changed', async () => {
    await system.place(anOrder('tampered', 'v'));
    const { url } = await invoiceLink('accountid=tampered&vendorid=v');
    const from = url.indexOf('/', 'http://'.length) + 1;
    const positions = Array.from({ length: url.length - from }, (_, n) => from + n);

    const statuses = await sideBySide(positions, 16, async (position) => {
      const old = url[position] as string;
      const changed = `${url.slice(0, position)}${old === 'a' ? 'b' : 'a'}${url.slice(position + 1)}`;
      const response = await fetch(changed);
      await response.arrayBuffer();
      return [response.status, changed];
    });

    expect(statuses.filter(([status]) => status !== 403)).toEqual([]);
    for (const method of ['PUT', 'POST', 'DELETE', 'HEAD']) expect((await fetch(url, { method })).status).toBe(403);
    expect((await fetch(url.slice(0, url.indexOf('?')))).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
  });

  it('are not handed out where there is no invoice', async () => {
    expect((await system.request('invoice?accountid=nobody')).status).toBe(404);
    expect((await system.request('invoice?accountid=nobody&vendorid=v')).status).toBe(404);
  });
});
