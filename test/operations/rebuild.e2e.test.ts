import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeLocalFiles } from '../../local/local-files.ts';
import { type Clients, openClients } from '../../operations/clients.ts';
import { type Deployment, deployment, outputOf } from '../../operations/deployment.ts';
import { sortedFile } from '../../operations/events/collect.ts';
import { Journal } from '../../operations/journal.ts';
import { readBefore, readLive, switchLive } from '../../operations/live.ts';
import { silentProgress } from '../../operations/progress.ts';
import { mappingState, turnMapping } from '../../operations/rebuild/mapping.ts';
import { emptySlot, type RebuildState, rebuild } from '../../operations/rebuild/rebuild.ts';
import type { ReplayState } from '../../operations/replay/replay.ts';
import { eventually } from '../support/eventually.ts';
import { anOrder, type RunningOrderSystem, startOrderSystem } from '../support/order-system.ts';

const orders = 500;
const command = join(import.meta.dirname, '../../operations/rebuild.ts');
const folder = mkdtempSync(join(tmpdir(), 'rebuild-'));
let running: RunningOrderSystem;
let stack: Deployment;
let clients: Clients;
let placed = 0;

/** Posts orders, of which some go where one is already, and some are sent again under their key. */
const place = async (count: number): Promise<void> => {
  const first = placed;
  placed += count;
  const sent = Array.from({ length: count }, (_, n) =>
    anOrder(`a${(first + n) % 40}`, `v${(first + n) % 150}`, { city: `${first + n}` }),
  );
  const keys = first % 500 === 0 ? ['once', 'again'] : ['once'];
  for (const _ of keys) expect((await running.system.post({ orders: sent }, `from-${first}`)).status).toBe(202);
};

beforeAll(async () => {
  running = await startOrderSystem();
  stack = deployment(running.stack.outputs, running.stack.environment);
  clients = openClients(stack);
  writeLocalFiles(join(folder, '.local'), running.stack);
  while (placed < orders) await place(500);
  await eventually(async () => expect(await eventsMet('blue')).toBe(orders), 60_000);
}, 90_000);
afterAll(async () => {
  clients.destroy();
  await running.close();
  rmSync(folder, { recursive: true });
});

const items = async (slot: 'blue' | 'green') => {
  const found = [];
  let ExclusiveStartKey: Record<string, never> | undefined;
  do {
    const page = await clients.dynamodb.send(
      new ScanCommand({ TableName: stack.slots.orders[slot].store, ConsistentRead: true, ExclusiveStartKey }),
    );
    found.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey as typeof ExclusiveStartKey;
  } while (ExclusiveStartKey);
  return new Map(found.map((item) => [`${item.accountid?.S}/${item.vendorid?.S}`, item]));
};
const eventsMet = async (slot: 'blue' | 'green') =>
  [...(await items(slot)).values()].reduce((sum, { eventIds }) => sum + (eventIds?.L?.length ?? 0), 0);
const invoices = async (slot: 'blue' | 'green') => {
  const found: [string, string][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await clients.s3.send(
      new ListObjectsV2Command({ Bucket: stack.slots.invoices[slot].store, ContinuationToken }),
    );
    found.push(...(page.Contents ?? []).map(({ Key = '', ETag = '' }): [string, string] => [Key, ETag]));
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  return new Map(found);
};

/** Runs the command as an operator does; `killAfterMs` kills it, unless it has ended by then. */
const run = async (args: string, killAfterMs?: number) => {
  const child = spawn(process.execPath, [command, ...args.split(' ').filter(Boolean)], {
    cwd: folder,
    env: { PATH: process.env.PATH },
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const killing = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(killing);
  return { code, signal, output };
};

/** Keeps orders coming, 20 a second, while `work` goes on. */
const whileOrdersCome = async <Result>(work: () => Promise<Result>): Promise<Result> => {
  const working = { now: true };
  const coming = (async () => {
    while (working.now) await Promise.all([place(5), sleep(250)]);
  })();
  try {
    return await work();
  } finally {
    working.now = false;
    await coming;
  }
};

describe('a rebuild', () => {
  it('of the orders, killed three times at random while orders keep coming, ends with no difference', async () => {
    const before = placed;
    const { outcome, kills } = await whileOrdersCome(async () => {
      const kills: number[] = [];
      for (;;) {
        const afterMs = 300 + Math.random() * 1_500;
        const outcome = await run('--projection orders', kills.length < 3 ? afterMs : undefined);
        if (outcome.signal === null) return { kills, outcome };
        kills.push(Math.round(afterMs));
      }
    });
    expect({ kills, ...outcome }).toMatchObject({
      code: 0,
      output: expect.stringMatching(/compared [\d,]+ orders: 0 differ\nreaders use the green orders now/),
    });
    expect(placed).toBeGreaterThan(before);
    await eventually(async () => expect(await eventsMet('blue')).toBe(placed), 20_000);
    await eventually(async () => expect(await items('green')).toEqual(await items('blue')), 10_000);
  }, 120_000);

  it('is what readers see within a second', async () => {
    const { slots } = stack;
    const Item = {
      ...(await items('green')).values().next().value,
      accountid: { S: 'only' },
      vendorid: { S: 'green' },
    };
    await clients.dynamodb.send(new PutItemCommand({ TableName: slots.orders.green.store, Item }));
    await sleep(1_000);
    expect((await running.system.request('order?accountid=only&vendorid=green')).status).toBe(200);
  });

  it('is not switched to while the slots differ, unless that is accepted', async () => {
    expect(await run('--projection orders --rollback')).toMatchObject({
      code: 0,
      output: 'readers use the blue orders again\n',
    });
    await sleep(1_000);
    expect((await running.system.request('order?accountid=only&vendorid=green')).status).toBe(404);
    const Item = { ...(await items('blue')).values().next().value, accountid: { S: 'only' }, vendorid: { S: 'blue' } };
    await clients.dynamodb.send(new PutItemCommand({ TableName: stack.slots.orders.blue.store, Item }));

    const refused = await run('--projection orders');
    expect(refused).toMatchObject({ code: 1, output: expect.stringContaining('only/blue: missing in the new slot\n') });
    expect(refused.output).toContain('orders: 1 differ\nReaders still use the blue orders.');

    expect(await run('--projection orders --rollback')).toMatchObject({
      code: 1,
      output: 'Nothing to go back to: the green orders were not read before, or were emptied since.\n',
    });
    expect(await run('--projection orders --empty-old')).toMatchObject({ code: 0 });

    const accepted = await run('--projection orders --accept');
    expect(accepted).toMatchObject({ code: 0, output: expect.stringContaining('readers use the green orders now') });
    expect([...(await items('green')).keys(), 'only/blue'].sort()).toEqual([...(await items('blue')).keys()].sort());
  }, 120_000);

  it('that was cut off as it had switched is done, and leaves the slot that can be gone back to', async () => {
    const journal = new Journal<RebuildState>(join(folder, 'switched'));
    journal.write({ slot: 'green', stage: 'following', work: 'mine', pass: 2 });
    const request = { projection: 'orders', source: 'archive', accept: false, skipFailing: false } as const;
    const { signal } = new AbortController();
    expect(await rebuild(stack, clients, request, { journal, signal, progress: silentProgress })).toEqual({
      live: 'green',
      switched: true,
    });
    expect(journal.read()).toBeUndefined();
    const table = outputOf(stack, 'LiveTableName');
    await switchLive(clients.dynamodb, table, 'orders', { from: 'blue', to: 'green' }); // once more: the first answer was lost
    expect(await readBefore(clients.dynamodb, table, 'orders')).toBe('blue');
  });

  it('is not switched to where somebody else has emptied its slot meanwhile, whatever is accepted', async () => {
    const options = { signal: new AbortController().signal, progress: silentProgress };
    await emptySlot(stack, clients, 'invoices', 'green', options);
    const journal = new Journal<RebuildState>(join(folder, 'emptied'));
    journal.write({ slot: 'green', stage: 'following', work: 'mine', pass: 2, replayedToMs: Date.now() });
    const request = { projection: 'invoices', source: 'archive', accept: true, skipFailing: false } as const;
    await expect(rebuild(stack, clients, request, { journal, ...options, patienceMs: 500 })).rejects.toThrow(
      'Somebody else has emptied the green invoices meanwhile: --restart makes them anew.',
    );
    expect(await readLive(clients.dynamodb, outputOf(stack, 'LiveTableName'), 'invoices')).toBe('blue');
  }, 30_000);

  it('is not begun on the slot that readers use, whoever switched them meanwhile', async () => {
    const emptying = emptySlot(stack, clients, 'orders', 'green', {
      signal: new AbortController().signal,
      progress: silentProgress,
    });
    await expect(emptying).rejects.toThrow('Somebody else has switched the orders meanwhile; nothing was changed.');
    expect((await items('green')).size).toBeGreaterThan(0);
  });

  it('leaves an old slot that is stopped and emptied when told so, and then can’t be gone back to', async () => {
    expect(await run('--projection orders --empty-old')).toMatchObject({ code: 0 });
    expect(await items('blue')).toEqual(new Map());
    expect(await mappingState(clients.lambda, stack.slots.orders.blue.mapping)).toBe('Disabled');
    expect(await run('--projection orders --rollback')).toMatchObject({
      code: 1,
      output: 'Nothing to go back to: the blue orders were not read before, or were emptied since.\n',
    });
  }, 30_000);

  it('of the invoices, while orders keep coming, ends with no difference', async () => {
    const outcome = await whileOrdersCome(() => run('--projection invoices'));
    expect(outcome).toMatchObject({ code: 0, output: expect.stringContaining('invoices: 0 differ\n') });
    await eventually(async () => expect((await invoices('blue')).size).toBe(placed), 20_000);
    await eventually(async () => expect(await invoices('green')).toEqual(await invoices('blue')), 10_000);
    expect(await running.system.keys('OnFailureBucketName')).toEqual([]);
  }, 120_000);

  it('that took long takes up what has arrived meanwhile before it lets the slot follow', async () => {
    const journal = new Journal<RebuildState>(join(folder, 'long'));
    journal.write({ slot: 'blue', stage: 'replaying', work: 'mine', pass: 1 });
    const { signal } = new AbortController();
    await emptySlot(stack, clients, 'invoices', 'blue', { signal, progress: silentProgress, work: 'mine' });
    // The first pass was killed half an hour ago, when there was nothing yet.
    const pass = new Journal<ReplayState>(join(journal.folder, 'pass-1'));
    pass.write({ total: 0, done: 0, failing: 0, toMs: Date.now() - 30 * 60_000 });
    writeFileSync(sortedFile(pass.folder), '');
    const began: string[] = [];
    const result = await rebuild(
      stack,
      clients,
      { projection: 'invoices', source: 'archive', accept: false, skipFailing: false },
      {
        journal,
        signal,
        progress: { ...silentProgress, begin: (what) => void began.push(what) },
      },
    );
    expect(result).toMatchObject({ live: 'blue', switched: true, comparison: { differences: [] } });
    expect(began).toEqual([
      'feeding the invoices (blue)',
      'reading the archive',
      'reading the stream',
      'feeding the invoices (blue)',
      'catching up with the stream',
      'comparing both slots',
    ]);
  }, 60_000);

  it('that goes on long after its replay, before its slot follows, replays what came since', async () => {
    const began: string[] = [];
    const progress = { ...silentProgress, begin: (what: string) => void began.push(what) };
    const options = { signal: new AbortController().signal, progress };
    await emptySlot(stack, clients, 'invoices', 'green', { ...options, work: 'mine' });
    const journal = new Journal<RebuildState>(join(folder, 'late'));
    const replayedToMs = Date.now() - 30 * 60_000;
    journal.write({ slot: 'green', stage: 'following', work: 'mine', pass: 2, replayedToMs });
    const request = { projection: 'invoices', source: 'archive', accept: false, skipFailing: false } as const;
    const result = await rebuild(stack, clients, request, { journal, ...options });
    expect(result).toMatchObject({ live: 'green', switched: true, comparison: { differences: [] } });
    expect(began).toContain('feeding the invoices (green)');
  }, 60_000);

  it('is followed again, where a deployment stopped it, by npm run enable-live', async () => {
    const enableLive = async () => {
      const command = join(import.meta.dirname, '../../operations/enable-live.ts');
      return (await promisify(execFile)(process.execPath, [command], { cwd: folder, env: { PATH: process.env.PATH } }))
        .stdout;
    };
    const { mapping } = stack.slots.orders.green;
    await turnMapping(clients.lambda, mapping, false);
    expect(await enableLive()).toBe('readers use the green orders, which follow the stream again\n');
    expect(await mappingState(clients.lambda, mapping)).toBe('Enabled');
    expect(await mappingState(clients.lambda, stack.slots.orders.blue.mapping)).toBe('Disabled');
    expect(await enableLive()).toBe('the slots that readers use follow the stream\n');
  }, 20_000);

  it.each([
    ['', '--projection is needed'],
    ['--projection tasks', '--projection takes orders or invoices, not "tasks"'],
    ['--projection orders --rollback --empty-old', '--rollback and --empty-old exclude each other'],
    ['--projection orders --rollback --accept', '--accept changes nothing with --rollback'],
    ['--projection orders --fast', "Unknown option '--fast'"],
  ])('refuses %j and names the flag', async (args, message) => {
    expect(await run(args)).toMatchObject({ code: 2, output: expect.stringContaining(message) });
  });
});
