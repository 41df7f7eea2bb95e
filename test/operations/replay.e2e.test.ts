import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import type { SlottedProjection } from '../../lambda/stores/slot.ts';
import { writeLocalFiles } from '../../local/local-files.ts';
import { type Clients, openClients } from '../../operations/clients.ts';
import { type Deployment, deployment } from '../../operations/deployment.ts';
import { readArchive } from '../../operations/events/archive-source.ts';
import { collect, type Source, sortedFile } from '../../operations/events/collect.ts';
import { readSorted } from '../../operations/events/record-sort.ts';
import type { Selection } from '../../operations/events/selection.ts';
import { identityOf } from '../../operations/identity.ts';
import { Journal } from '../../operations/journal.ts';
import { silentProgress } from '../../operations/progress.ts';
import { type CommandLine, readCommandLine, replayName } from '../../operations/replay/command-line.ts';
import { list } from '../../operations/replay/list.ts';
import { type ReplayState, replay } from '../../operations/replay/replay.ts';
import { eventually } from '../support/eventually.ts';
import { anOrder, type RunningOrderSystem, startOrderSystem } from '../support/order-system.ts';

const scratch = mkdtempSync(join(tmpdir(), 'replay-'));
const idle = new AbortController().signal;
let running: RunningOrderSystem;
let stack: Deployment;
let clients: Clients;
let invoices: Map<string, string>;
let items: readonly unknown[];

beforeAll(async () => {
  running = await startOrderSystem();
  stack = deployment(running.stack.outputs, running.stack.environment);
  clients = openClients(stack);
  const { system } = running;
  // Several orders at one place, one of them sent again under its key after a later one.
  for (let round = 0; round < 3; round++) {
    const orders = Array.from({ length: 100 }, (_, n) =>
      anOrder(`a${n % 7}`, `v${n % 50}`, { city: `${round % 2}.${n}` }),
    );
    expect((await system.post({ orders }, `round-${round % 2}`)).status).toBe(202);
  }
  await eventually(async () => expect((await system.invoices()).length).toBe(200), 20_000);
  await eventually(async () => expect(await eventsMet()).toBe(200), 20_000);
  items = await snapshot();
  invoices = await snapshotOfInvoices();
}, 60_000);
afterAll(async () => {
  clients.destroy();
  await running.close();
  rmSync(scratch, { recursive: true });
});

const placeOf = ({ accountid, vendorid }: { accountid: string; vendorid: string }) => `${accountid}/${vendorid}`;
const eventsMet = async () =>
  (await running.system.items()).reduce((sum, item) => sum + (item as unknown as { eventIds: [] }).eventIds.length, 0);
const snapshot = async () => (await running.system.items()).sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
const snapshotOfInvoices = async () => {
  const keys = await running.system.invoices();
  const bodies = await Promise.all(keys.map((key) => running.system.object('InvoiceBucketName', key)));
  return new Map(keys.map((key, n) => [key, bodies[n] ?? '']));
};
const emptyTable = async () => {
  for (const { accountid, vendorid } of await running.system.items()) {
    const Key = { accountid: { S: accountid }, vendorid: { S: vendorid } };
    await clients.dynamodb.send(new DeleteItemCommand({ TableName: running.system.output('OrderTableName'), Key }));
  }
};
const emptyBucket = async () => {
  const Bucket = running.system.output('InvoiceBucketName');
  for (const Key of invoices.keys()) await clients.s3.send(new DeleteObjectCommand({ Bucket, Key }));
};

let replays = 0;
const replayFrom = (source: Source, projection: SlottedProjection, selection = {}) =>
  replay(
    stack,
    clients,
    { projection, slot: 'blue', source, selection: { types: ['OrderPlaced'], ...selection } },
    { journal: new Journal<ReplayState>(join(scratch, `${replays++}`)), signal: idle, progress: silentProgress },
  );

describe('the archive', () => {
  const collectFrom = async (source: Source, selection: Partial<Selection> = {}) => {
    const folder = join(scratch, `collected-${replays++}`);
    await collect(stack, clients, {
      source,
      selection: { toMs: Date.now(), ...selection },
      folder,
      signal: idle,
      progress: silentProgress,
    });
    return [...readSorted(sortedFile(folder))];
  };

  it('holds every record of the stream, whole, at its place', async () => {
    const bucket = running.system.output('ArchiveBucketName');
    const archived: ArchivedRecord[] = [];
    await eventually(async () => {
      archived.length = 0;
      await readArchive(clients.s3, bucket, { toMs: Date.now(), signal: idle }, (record) => void archived.push(record));
      expect(archived.length).toBeGreaterThanOrEqual(300);
    }, 20_000);
    const position = ({ sequenceNumber }: ArchivedRecord) => sequenceNumber;
    const byPosition = (records: readonly ArchivedRecord[]) =>
      [...new Map(records.map((record) => [position(record), record])).values()].sort((a, b) =>
        position(a) < position(b) ? -1 : 1,
      );
    expect(byPosition(archived)).toEqual(byPosition(await collectFrom('stream')));
    expect(await running.system.keys('ArchiveBucketName', 'errors/')).toEqual([]);
  });

  it('and the stream hold each record once between them', async () => {
    const both = await collectFrom('archive');
    expect(both).toEqual(await collectFrom('stream'));
    expect(both).toHaveLength(300);
  });

  it('is read for the time that is asked for, and no longer', async () => {
    const all = await collectFrom('stream');
    const times = all.map(({ arrivedAt }) => arrivedAt).sort();
    const [fromMs = 0, toMs = 0] = [times[100], times[200]];
    const meant = all.filter(({ arrivedAt }) => arrivedAt >= fromMs && arrivedAt < toMs);
    expect(await collectFrom('archive', { fromMs, toMs })).toEqual(meant);
    expect(await collectFrom('archive', { fromMs: 1_000, toMs: times[0] ?? 0 })).toEqual([]);
  });
});

describe.each(['archive', 'stream'] as const)('a replay from the %s', (source) => {
  it('brings back the orders, item by item', async () => {
    await emptyTable();
    expect(await snapshot()).toEqual([]);

    expect(await replayFrom(source, 'orders')).toMatchObject({ total: 300, done: 300, failing: 0 });

    expect(await snapshot()).toEqual(items);
  });

  it('brings back the invoices, object by object', async () => {
    await emptyBucket();
    expect(await running.system.invoices()).toEqual([]);

    await replayFrom(source, 'invoices');

    expect(await snapshotOfInvoices()).toEqual(invoices);
  });
});

describe('a replay', () => {
  const source = 'archive';

  it('of everything, twice, changes nothing and puts nothing on the stream', async () => {
    await running.system.place(anOrder('last', source));
    await eventually(async () => expect(await running.system.invoices(`invoices/last/${source}/`)).toHaveLength(1));
    await eventually(async () => expect(await snapshot()).toHaveLength(items.length + 1));
    const before = [await snapshot(), await snapshotOfInvoices()];

    for (const projection of ['orders', 'invoices', 'orders', 'invoices'] as const)
      expect(await replayFrom(source, projection)).toMatchObject({ total: 301, done: 301 });

    expect([await snapshot(), await snapshotOfInvoices()]).toEqual(before);
    expect(await running.system.keys('OnFailureBucketName')).toEqual([]);
    const folder = join(scratch, 'counted');
    const selection = { toMs: Date.now() };
    await collect(stack, clients, { source: 'stream', selection, folder, signal: idle, progress: silentProgress });
    expect(list(sortedFile(folder))).toMatchObject({ records: 301, types: [['OrderPlaced', 301]] });
  });

  it('that was interrupted goes on with what it had collected', async () => {
    await emptyTable();
    const journal = new Journal<ReplayState>(join(scratch, 'interrupted'));
    const request = { projection: 'orders', slot: 'blue', source, selection: { types: ['OrderPlaced'] } } as const;
    const interrupted = new AbortController();
    const began: string[] = [];
    const begin = (what: string) => {
      began.push(what);
      if (what.startsWith('feeding')) interrupted.abort();
    };
    const progress = { ...silentProgress, begin };
    expect(await replay(stack, clients, request, { journal, signal: interrupted.signal, progress })).toMatchObject({
      done: 0,
      total: 301,
    });
    expect(await snapshot()).toEqual([]);

    expect(await replay(stack, clients, request, { journal, signal: idle, progress })).toMatchObject({ done: 301 });
    expect(began).toEqual(['reading the archive', 'reading the stream', ...Array(2).fill('feeding the orders (blue)')]);
    expect((await snapshot()).filter(({ accountid }) => accountid !== 'last')).toEqual(items);
  });

  it('that skipped records and was interrupted then, says so in the end', async () => {
    const journal = new Journal<ReplayState>(join(scratch, 'skipped'));
    journal.write({ total: 3, done: 3, failing: 2, toMs: Date.now() });
    writeFileSync(sortedFile(journal.folder), '');
    const request = { projection: 'orders', slot: 'blue', source, selection: {} } as const;
    expect(await replay(stack, clients, request, { journal, signal: idle, progress: silentProgress })).toMatchObject({
      done: 3,
      failing: 2,
    });
    expect(journal.read()).toMatchObject({ failing: 2 });
  });

  it('that was interrupted days ago begins anew', async () => {
    writeLocalFiles(join(scratch, '.local'), running.stack);
    const args = ['--projection', 'orders', '--from-stream'];
    const name = replayName(readCommandLine(args) as CommandLine, 'blue', await identityOf(stack, clients));
    const journal = new Journal<ReplayState>(join(scratch, '.local/replays', name));
    journal.write({ total: 1, done: 1, failing: 0, toMs: 1 });
    writeFileSync(sortedFile(journal.folder), '');
    const daysAgo = Date.now() / 1_000 - 4 * 86_400;
    utimesSync(join(journal.folder, 'state.json'), daysAgo, daysAgo);
    await emptyTable();

    const command = join(import.meta.dirname, '../../operations/replay.ts');
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [command, ...args], {
      cwd: scratch,
      env: { PATH: process.env.PATH },
    });
    expect(stdout).toContain('fed 301 events to the orders (blue)');
    expect(stderr).toContain('interrupted more than an hour ago: it begins anew');
    expect((await snapshot()).filter(({ accountid }) => accountid !== 'last')).toEqual(items);
  }, 20_000);

  it('feeds only the subjects that are asked for', async () => {
    await emptyTable();

    await replayFrom(source, 'orders', { subjects: ['a1/v1', 'a2/v2'] });

    expect((await running.system.items()).map(placeOf).sort()).toEqual(['a1/v1', 'a2/v2']);
  });
});
