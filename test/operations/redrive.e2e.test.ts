import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { writeLocalFiles } from '../../local/local-files.ts';
import { openClients } from '../../operations/clients.ts';
import { Stopped, UsageError } from '../../operations/command.ts';
import { readDeployment } from '../../operations/deployment.ts';
import { collect, sortedFile } from '../../operations/events/collect.ts';
import { readSorted } from '../../operations/events/record-sort.ts';
import { silentProgress } from '../../operations/progress.ts';
import { redriveCommand } from '../../operations/redrive/redrive-command.ts';
import { eventually } from '../support/eventually.ts';
import {
  anOrder,
  type OrderItem,
  type OrderSystem,
  orderAssembly,
  type RunningOrderSystem,
  startOrderSystem,
} from '../support/order-system.ts';
import { invocationRecord, kinesisRecord } from './redrive/invocation-record.ts';

const scratch = mkdtempSync(join(tmpdir(), 'redrive-'));
let running: RunningOrderSystem | undefined;
let system: OrderSystem;

const start = async (assembly: string) => {
  await running?.close();
  running = await startOrderSystem({ assembly, dataDir: join(scratch, 'data') });
  system = running.system;
  writeLocalFiles(join(scratch, '.local'), running.stack);
};
afterAll(async () => {
  await running?.close();
  rmSync(scratch, { recursive: true });
});

/** The real stack, with an order projection that fails for one city. */
const withBug = (): string => {
  const assembly = join(scratch, 'assembly');
  const filter = (path: string) => !['bundles', 'cdk.out'].includes(basename(path));
  cpSync(orderAssembly, assembly, { recursive: true, filter });
  const { Resources } = JSON.parse(readFileSync(join(assembly, 'EventSourcing.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: { Description?: string; Code: { S3Key: string } } }>;
  };
  const projection = Object.values(Resources).find(({ Properties }) => Properties?.Description === 'project-order');
  const asset = `asset.${projection?.Properties.Code.S3Key.replace('.zip', '')}`;
  appendFileSync(
    join(assembly, asset, 'handler.cjs'),
    `
const mended = module.exports.handler;
module.exports = { handler: async (event) => {
  for (const { kinesis } of event.Records)
    if (Buffer.from(kinesis.data, 'base64').includes('Atlantis')) throw new Error('no such city: Atlantis');
  return mended(event);
} };
`,
  );
  return assembly;
};

/** What `npm run redrive -- …` answers and tells, and its exit code. */
const redrive = async (...args: string[]) => {
  const out: string[] = [];
  const said: string[] = [];
  const progress = { ...silentProgress, say: (line: string) => void said.push(line) };
  const { signal } = new AbortController();
  const terminal = { folder: join(scratch, '.local'), print: (text: string) => void out.push(text), progress, signal };
  const failure = await redriveCommand(args, terminal).catch((error: Error) => error);
  if (failure) said.push(failure.message);
  const code = failure instanceof UsageError ? 2 : failure instanceof Stopped ? 1 : failure ? 99 : 0;
  return { out: out.join('\n'), err: said.join('\n'), code };
};

const itemOf = async (vendorid: string) =>
  (await system.items()).find((item) => item.vendorid === vendorid) as
    | (OrderItem & { readonly eventIds: readonly string[] })
    | undefined;
const pendingIds = async () => (await redrive()).out.match(/^[0-9a-f]{8,}(?= {2}\S)/gm) ?? [];
const audits = async () =>
  Promise.all(
    (await system.keys('OnFailureBucketName', 'redrive/audit/')).map(async (key) =>
      JSON.parse(await system.object('OnFailureBucketName', key)),
    ),
  );

describe('a bug in a projection', () => {
  const placed: Record<string, string[]> = {};
  let stuck: string[] = [];
  const place = async (vendorid: string, city: string) => {
    const { eventId } = await system.place(anOrder('a', vendorid, { city }));
    placed[vendorid] = [...(placed[vendorid] ?? []), eventId];
  };

  beforeAll(async () => {
    await start(withBug());
    expect(await redrive()).toEqual({ out: 'Nothing is set aside.', err: expect.any(String), code: 0 });
    expect(await redrive('--all', '--drive')).toMatchObject({ out: 'Nothing is set aside.', code: 0 });
    for (const city of ['Atlantis', 'Atlantis', 'Atlantis']) await place('stuck', city);
    for (const city of ['Sydney', 'Atlantis', 'Perth']) await place('passed', city);
    for (const city of ['Sydney', 'Atlantis']) await place('behind', city);
    await place('well', 'Sydney');
    await eventually(async () => expect(await system.setAside()).toHaveLength(5), 30_000);
    await eventually(async () => expect((await itemOf('passed'))?.order.city).toBe('Perth'), 10_000);
  }, 60_000);

  it('is seen in the on-failure bucket: whose records, why, since when, what is in them', async () => {
    const { out, code } = await redrive();

    expect(code).toBe(0);
    expect(out.match(/OrderProjection\S+ {2}1 record {2}RetryAttemptsExhausted after 6 tries/g)).toHaveLength(5);
    expect(out.match(/OrderPlaced of a\/stuck {2}\{"accountid":"a","vendorid":"stuck"/g)).toHaveLength(3);
    expect(out).toContain('just now');
    expect(out).toContain('5 records set aside');
    const id = /^(\w+).*\n +OrderPlaced of a\/stuck/m.exec(out)?.[1] ?? '';
    const shown = JSON.parse((await redrive('--show', id)).out);
    expect(shown).toMatchObject([{ partitionKey: 'a/stuck', data: { type: 'OrderPlaced', id: placed.stuck?.[0] } }]);
  });

  it('is there still: what is redriven fails again, stays, and holds back what follows it', async () => {
    const before = await pendingIds();
    const { out, err, code } = await redrive('--all', '--drive');

    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain(
      '0 records redriven, 3 failed again, 2 held back: what failed or was held back stays set aside',
    );
    expect(err).toContain('OrderPlaced of a/stuck failed again: Error: no such city: Atlantis');
    expect(await pendingIds()).toEqual(before);
    expect((await audits()).map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed']);
  });

  it('mended, has a plan: what is superseded, and what waits for an earlier one', async () => {
    await start(orderAssembly);
    const { out, code } = await redrive('--all');
    expect(code).toBe(0);
    const fates = [...out.matchAll(/^([0-9a-f]+) {2}(\w+) {2}OrderPlaced of a\/(\w+)/gm)].map(([, id, ...rest]) => [
      rest.join(' '),
      id,
    ]);
    expect(fates.map(([fate]) => fate).sort()).toEqual([
      'redrive behind',
      'redrive stuck',
      'redrive stuck',
      'redrive stuck',
      'superseded passed',
    ]);
    expect(out).toMatch(/4 to redrive.*; --drive does it$/);
    stuck = fates.flatMap(([fate, id = '']) => (fate === 'redrive stuck' ? [id] : []));
    const behind = fates.find(([fate]) => fate === 'redrive behind')?.[1];
    const some = await redrive('--id', `${stuck[1]},${behind}`);
    expect(some.out).toContain(`${stuck[1]}  waits for ${stuck[0]}  OrderPlaced of a/stuck`);
    expect(some.out).toContain('1 waiting for an earlier one that is not chosen');
    expect((await redrive()).out).toContain('5 records set aside');
    expect(await itemOf('stuck')).toBeUndefined();
  });

  it('mended and redriven: every order right, in order, once', async () => {
    const one = await redrive('--id', stuck[0] ?? '', '--drive');
    expect(one).toMatchObject({ out: '1 record redriven, 0 failed again, 0 held back', code: 0 });
    expect((await itemOf('stuck'))?.eventIds).toEqual(placed.stuck?.slice(0, 1));
    const rest = await redrive('--function', 'orderprojection', '--drive');
    expect(rest).toMatchObject({ out: '4 records redriven, 0 failed again, 0 held back', code: 0 });

    expect((await itemOf('stuck'))?.eventIds).toEqual(placed.stuck);
    expect((await itemOf('behind'))?.eventIds).toEqual(placed.behind);
    expect((await itemOf('behind'))?.order.city).toBe('Atlantis');
    const { passed = [] } = placed;
    expect((await itemOf('passed'))?.eventIds).toEqual([passed[0], passed[2]]);
    expect((await itemOf('passed'))?.order.city).toBe('Perth');
    expect((await itemOf('well'))?.eventIds).toEqual(placed.well);
  });

  it('leaves nothing to redrive twice, every object as it was, and an audit record of each redrive', async () => {
    expect(await redrive('--all', '--drive')).toMatchObject({ out: 'Nothing is set aside.', code: 0 });
    expect(await system.keys('OnFailureBucketName', 'aws/lambda/')).toHaveLength(5);
    const done = (await audits()).filter(({ outcome }) => outcome === 'done');
    expect(done).toHaveLength(5);
    expect(done[0]).toEqual({
      at: expect.stringMatching(/Z$/),
      by: expect.stringContaining('@'),
      id: expect.any(String),
      objectKey: expect.stringContaining('aws/lambda/'),
      functionName: expect.stringContaining('OrderProjection'),
      edited: false,
      outcome: 'done',
      records: [
        {
          sequenceNumber: expect.stringMatching(/^\d{56}$/),
          what: 'OrderPlaced of a/stuck',
          planned: 'redrive',
          outcome: 'done',
        },
      ],
    });
  });
});

describe('a change of a table', () => {
  it('goes once more to the function that publishes it', async () => {
    const functionArn = [...(running?.stack.functions.keys() ?? [])].find((arn) => arn.includes('TaskLogPublisher'));
    const event = { specversion: '1.0', id: 't1-1', type: 'TaskCreated', subject: 't1', source: 'urn:test' };
    const keys = { aggregate: { S: 't1' }, version: { N: '1' } };
    const attributes = Object.fromEntries(Object.entries(event).map(([name, S]) => [name, { S }]));
    const change = {
      eventID: '5d1b',
      eventName: 'INSERT',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        Keys: keys,
        NewImage: { ...keys, event: { M: attributes } },
        SequenceNumber: '100000000000000000007',
      },
    };
    const setAside = {
      requestContext: { functionArn, condition: 'RecordAgeExceeded', approximateInvokeCount: 1 },
      version: '1.0',
      timestamp: new Date(Date.now() - 3 * 60 * 60_000).toISOString(),
      DDBStreamBatchInfo: {},
      payload: JSON.stringify({ Records: [change] }),
    };
    const id = '99999999-0000-4000-8000-000000000001';
    await system.s3.send(
      new PutObjectCommand({
        Bucket: system.output('OnFailureBucketName'),
        Key: `aws/lambda/m/shardId-1/2026/11/22/2026-11-22T10.00.00-${id}`,
        Body: JSON.stringify(setAside),
      }),
    );
    const { out } = await redrive();
    expect(out).toMatch(
      /^99999999 {2}3 h ago {2}\S+TaskLogPublisher\S+ {2}1 record {2}RecordAgeExceeded after 1 try$/m,
    );
    expect(out).toContain('INSERT of t1/1  {"Keys":{"aggregate":{"S":"t1"}');

    expect(await redrive('--id', '9999', '--drive')).toMatchObject({
      code: 0,
      out: '1 record redriven, 0 failed again, 0 held back',
    });
    expect(await published('t1')).toEqual([event]);
  });
});

/** The events on the stream with this partition key. */
const published = async (partitionKey: string): Promise<unknown[]> => {
  const StreamName = system.output('StreamName');
  const { Shards = [] } = await system.kinesis.send(new ListShardsCommand({ StreamName }));
  const records = Shards.map(async ({ ShardId }) => {
    const position = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    const { ShardIterator } = await system.kinesis.send(new GetShardIteratorCommand(position));
    return (await system.kinesis.send(new GetRecordsCommand({ ShardIterator }))).Records ?? [];
  });
  return (await Promise.all(records))
    .flat()
    .filter((record) => record.PartitionKey === partitionKey)
    .map(({ Data }) => JSON.parse(Buffer.from(Data ?? []).toString()));
};

describe('a payload that can be mended', () => {
  const event = OrderPlaced.create({
    id: 'edited-1',
    source: 'urn:test',
    subject: 'a/edited',
    time: '2026-11-22T10:15:30.123Z',
    data: anOrder('a', 'edited') as never,
  });

  it('is edited, sent as edited, and kept as it was', async () => {
    const { data: _, ...damaged } = event;
    const Data = Buffer.from(JSON.stringify(damaged));
    const StreamName = system.output('StreamName');
    await system.kinesis.send(new PutRecordsCommand({ StreamName, Records: [{ PartitionKey: 'a/edited', Data }] }));
    const { out } = await eventually(async () => {
      const found = await redrive('--function', 'OrderProjection');
      expect(found.out).toContain('1 to redrive');
      return found;
    }, 20_000);
    const id = /^[0-9a-f]+/.exec(out)?.[0] as string;
    const [record] = JSON.parse((await redrive('--show', id)).out);
    const file = join(scratch, 'edited.json');

    const edit = (value: unknown) => {
      writeFileSync(file, JSON.stringify(value));
      return redrive('--edit', id, '--with', file);
    };
    expect(await edit([record])).toMatchObject({ code: 1, err: expect.stringContaining('Nothing was changed') });
    writeFileSync(file, '[{"a mistake":');
    process.env.EDITOR = `cp ${file}`;
    Object.defineProperty(process.stdin, 'isTTY', { value: true, configurable: true });
    const { err: refused } = await redrive('--edit', id);
    Object.defineProperty(process.stdin, 'isTTY', { value: undefined, configurable: true });
    const [, kept = ''] = /^That is no JSON.*\n.* --with (\S+)$/.exec(refused) ?? [];
    expect(readFileSync(kept, 'utf8')).toBe('[{"a mistake":');
    rmSync(dirname(kept), { recursive: true });
    expect(await edit([record, record])).toMatchObject({ code: 1, err: expect.stringContaining('An array of 1') });
    expect(await edit([{ ...record, partitionKey: 'b' }])).toMatchObject({
      code: 1,
      err: expect.stringContaining('[0]: sequenceNumber and partitionKey stay as they are'),
    });
    const edited = await edit([{ ...record, data: event }]);
    expect(edited).toMatchObject({ code: 0, out: expect.stringContaining(`${id} is edited; the original stays at`) });
    expect((await redrive()).out).toContain('(edited)');

    expect(await redrive('--id', id, '--drive')).toMatchObject({ code: 0 });
    expect(await itemOf('edited')).toMatchObject({ eventId: 'edited-1', position: record.sequenceNumber });
    expect((await audits()).at(-1)).toMatchObject({ edited: true, outcome: 'done' });
    const [, originalKey = ''] = /stays at (\S+)/.exec(edited.out) ?? [];
    const { payload } = JSON.parse(await system.object('OnFailureBucketName', originalKey));
    expect(Buffer.from(JSON.parse(payload).Records[0].kinesis.data, 'base64')).toEqual(Data);
  }, 30_000);

  it('of a type that nobody knew, goes to the projections too, and takes its place in the log', async () => {
    const misspelt = [
      { ...event, id: 'misspelt-1', type: 'OrderPlcaed', subject: 'a/misspelt', data: anOrder('a', 'misspelt') },
      { ...event, id: 'sale-1', type: 'SaleRecrded', subject: 'store_1' },
    ];
    const Records = misspelt.map((each) => ({ PartitionKey: each.subject, Data: Buffer.from(JSON.stringify(each)) }));
    const put = new PutRecordsCommand({ StreamName: system.output('StreamName'), Records });
    const places = (await system.kinesis.send(put)).Records ?? [];
    // As its mapping would, once its window of 20 seconds is over.
    const functions = [...(running?.stack.functions.values() ?? [])].map(({ functionName }) => functionName);
    const checkEvent = functions.find((name) => name.includes('EventCheck'));
    const [orderId, saleId] = ['a0000000', 'b0000000'] as const;
    for (const [index, id] of [orderId, saleId].entries()) {
      const record = kinesisRecord(
        places[index]?.SequenceNumber ?? '',
        misspelt[index]?.subject ?? '',
        misspelt[index],
      );
      await system.s3.send(
        new PutObjectCommand({
          Bucket: system.output('OnFailureBucketName'),
          Key: `aws/lambda/m/shardId-1/2026/11/22/2026-11-22T10.00.00-${id}-0000-4000-8000-000000000001`,
          Body: JSON.stringify(invocationRecord(JSON.stringify({ Records: [record] }), checkEvent)),
        }),
      );
    }
    const mend = async (id: string, type: string, data: object) => {
      const [record] = JSON.parse((await redrive('--show', id)).out);
      const file = join(scratch, 'misspelt.json');
      writeFileSync(file, JSON.stringify([{ ...record, data: { ...record.data, type, data } }]));
      expect(await redrive('--edit', id, '--with', file)).toMatchObject({ code: 0 });
    };
    await mend(orderId, 'OrderPlaced', anOrder('a', 'misspelt'));
    await mend(saleId, 'SaleRecorded', { request_id: 'r', name: 'n', category: 'c', store_id: 'store_1', sales: 1 });

    expect(await redrive('--id', orderId, '--drive')).toEqual({
      out: '1 record redriven, 0 failed again, 0 held back',
      err: '',
      code: 0,
    });
    expect(await itemOf('misspelt')).toMatchObject({ eventId: 'misspelt-1', position: places[0]?.SequenceNumber });
    expect(await system.invoices('invoices/a/misspelt/')).toHaveLength(1);
    expect((await redrive('--id', saleId)).err).toContain('SaleRecorded of store_1 goes no further than its check');

    const stack = readDeployment(join(scratch, '.local'));
    const clients = openClients(stack);
    const folder = join(scratch, 'collected');
    const selection = { toMs: Date.now(), subjects: ['a/misspelt', 'a/edited'], types: ['OrderPlaced'] };
    const { signal } = new AbortController();
    await collect(stack, clients, { source: 'archive', selection, folder, signal, progress: silentProgress });
    clients.destroy();
    const mended = [...readSorted(sortedFile(folder))].map(({ data }) =>
      JSON.parse(Buffer.from(data, 'base64').toString()),
    );
    expect(mended.map(({ id }) => id).sort()).toEqual(['edited-1', 'misspelt-1']);
    expect(mended.every(({ data }) => data)).toBe(true);
  }, 20_000);

  it('of a window is held back by nobody, and goes off the list when dismissed', async () => {
    const id = 'c0000000';
    const payload = {
      Records: [kinesisRecord(7, 'store_1', { type: 'SaleRecorded', subject: 'store_1' })],
      window: {},
    };
    const Key = `aws/lambda/m/shardId-1/2026/11/22/2026-11-22T10.00.00-${id}-0000-4000-8000-000000000001`;
    const Body = JSON.stringify(invocationRecord(JSON.stringify(payload), 'aggregate'));
    await system.s3.send(new PutObjectCommand({ Bucket: system.output('OnFailureBucketName'), Key, Body }));

    const { out, err, code } = await redrive('--id', id, '--drive');
    expect({ out, code }).toEqual({ out: '0 records redriven, 0 failed again, 0 held back', code: 0 });
    expect(err).toContain(
      `${id}: SaleRecorded of store_1 can't be redriven, its window is over: put the sale on the bus`,
    );

    expect(await redrive('--dismiss', id)).toMatchObject({ code: 0, out: expect.stringContaining('is dismissed') });
    expect((await redrive()).out).not.toContain(id);
    expect(await system.object('OnFailureBucketName', Key)).toBe(Body);
    expect((await audits()).at(-1)).toMatchObject({ id, outcome: 'dismissed', by: expect.stringContaining('@') });
  });

  it('is not redriven by the dozen without --yes, nor by what nobody can read', async () => {
    const [{ objectKey }] = await audits();
    const record = JSON.parse(await system.object('OnFailureBucketName', objectKey));
    const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    const put = (n: number, body: unknown) =>
      system.s3.send(
        new PutObjectCommand({
          Bucket: system.output('OnFailureBucketName'),
          Key: `aws/lambda/x/shard/2026/11/22/2026-11-22T10.00.00-${uuid(n)}`,
          Body: typeof body === 'string' ? body : JSON.stringify(body),
        }),
      );
    for (let n = 0; n < 11; n++) await put(n, { ...record, payload: JSON.parse(record.payload) });
    await put(99, 'not JSON');

    const refused = await redrive('--function', 'OrderProjection', '--drive');
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('11 records: --yes redrives more than 10') });
    const agreed = await redrive('--function', 'OrderProjection', '--drive', '--yes');
    expect(agreed).toMatchObject({ code: 0, out: '11 records redriven, 0 failed again, 0 held back' });
    expect((await redrive()).out).toMatch(/can't be redriven, the object is no JSON object: aws\/lambda\/x\/.*99\n/);
  }, 30_000);

  it.each([
    [['--id', 'ffffffff', '--drive'], 1, 'Nothing is set aside under ffffffff'],
    [['--function', 'nobody'], 1, '--function: nothing of nobody is set aside, but of'],
    [['--edit', 'abcd', '--with', 'nowhere.json'], 1, 'Nothing is set aside under abcd'],
  ])('answers %j with a sentence', async (args, code, sentence) => {
    expect(await redrive(...args)).toMatchObject({ code, err: expect.stringContaining(sentence) });
  });

  it('is listed by the command itself, which exits by what became of it', () => {
    const command = join(import.meta.dirname, '../../operations/redrive.ts');
    const run = (...args: string[]) =>
      spawnSync(process.execPath, [command, ...args], { cwd: scratch, encoding: 'utf8' });
    expect(run()).toMatchObject({ status: 0, stdout: expect.stringMatching(/\d records? set aside/) });
    expect(run('--nonsense')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("Unknown option '--nonsense'"),
    });
  });
});
