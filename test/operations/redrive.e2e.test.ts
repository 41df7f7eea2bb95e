import { appendFileSync, cpSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { GetRecordsCommand, GetShardIteratorCommand, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { anOrder, type OrderSystem, orderAssembly } from '../support/order-system.ts';
import { Redriving } from './redrive/redriving.ts';

const redriving = new Redriving();
const { scratch, redrive, itemOf, audits, setAside } = redriving;
let system: OrderSystem;
afterAll(() => redriving.close());

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

const pendingIds = async () => (await redrive()).out.match(/^[0-9a-f]{8,}(?= {2}\S)/gm) ?? [];

describe('a bug in a projection', () => {
  const placed: Record<string, string[]> = {};
  let stuck: string[] = [];
  const place = async (vendorid: string, city: string) => {
    const { eventId } = await system.place(anOrder('a', vendorid, { city }));
    placed[vendorid] = [...(placed[vendorid] ?? []), eventId];
  };

  beforeAll(async () => {
    await redriving.start(withBug());
    ({ system } = redriving.running);
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
    await redriving.start(orderAssembly);
    ({ system } = redriving.running);
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
    const functionArn = [...redriving.running.stack.functions.keys()].find((arn) => arn.includes('TaskLogPublisher'));
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
    const givenUp = {
      requestContext: { functionArn, condition: 'RecordAgeExceeded', approximateInvokeCount: 1 },
      version: '1.0',
      timestamp: new Date(Date.now() - 3 * 60 * 60_000).toISOString(),
      DDBStreamBatchInfo: {},
      payload: JSON.stringify({ Records: [change] }),
    };
    const id = '99999999-0000-4000-8000-000000000001';
    await setAside(id, givenUp);
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

describe('many records at once', () => {
  it('are not redriven without --yes, nor held up by what nobody can read', async () => {
    const [{ objectKey }] = await audits();
    const record = JSON.parse(await system.object('OnFailureBucketName', objectKey));
    const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
    for (let n = 0; n < 11; n++) await setAside(uuid(n), { ...record, payload: JSON.parse(record.payload) });
    await setAside(uuid(99), 'not JSON');

    const refused = await redrive('--function', 'OrderProjection', '--drive');
    expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('11 records: --yes redrives more than 10') });
    const agreed = await redrive('--function', 'OrderProjection', '--drive', '--yes');
    expect(agreed).toMatchObject({ code: 0, out: '11 records redriven, 0 failed again, 0 held back' });
    expect((await redrive()).out).toMatch(/can't be redriven, the object is no JSON object: aws\/lambda\/m\/.*99\n/);
  }, 30_000);
});
