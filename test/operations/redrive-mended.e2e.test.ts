import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { openClients } from '../../operations/clients.ts';
import { readDeployment } from '../../operations/deployment.ts';
import { collect, sortedFile } from '../../operations/events/collect.ts';
import { readSorted } from '../../operations/events/record-sort.ts';
import { silentProgress } from '../../operations/progress.ts';
import { eventually } from '../support/eventually.ts';
import { anOrder, type OrderSystem, orderAssembly } from '../support/order-system.ts';
import { invocationRecord, kinesisRecord } from './redrive/invocation-record.ts';
import { Redriving } from './redrive/redriving.ts';

const redriving = new Redriving();
const { scratch, redrive, itemOf, audits, setAside } = redriving;
const restOfUuid = '-0000-4000-8000-000000000001';
let system: OrderSystem;
beforeAll(async () => {
  await redriving.start(orderAssembly);
  ({ system } = redriving.running);
}, 30_000);
afterAll(() => redriving.close());

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
    const functions = [...redriving.running.stack.functions.values()].map(({ functionName }) => functionName);
    const checkEvent = functions.find((name) => name.includes('EventCheck'));
    const [orderId, saleId] = ['a0000000', 'b0000000'] as const;
    for (const [index, id] of [orderId, saleId].entries()) {
      const record = kinesisRecord(
        places[index]?.SequenceNumber ?? '',
        misspelt[index]?.subject ?? '',
        misspelt[index],
      );
      await setAside(`${id}${restOfUuid}`, invocationRecord(JSON.stringify({ Records: [record] }), checkEvent));
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
    const givenUp = invocationRecord(JSON.stringify(payload), 'aggregate');
    const key = await setAside(`${id}${restOfUuid}`, givenUp);

    const { out, err, code } = await redrive('--id', id, '--drive');
    expect({ out, code }).toEqual({ out: '0 records redriven, 0 failed again, 0 held back', code: 0 });
    expect(err).toContain(
      `${id}: SaleRecorded of store_1 can't be redriven, its window is over: put the sale on the bus`,
    );

    expect(await redrive('--dismiss', id)).toMatchObject({ code: 0, out: expect.stringContaining('is dismissed') });
    expect((await redrive()).out).not.toContain(id);
    expect(await system.object('OnFailureBucketName', key)).toBe(JSON.stringify(givenUp));
    expect((await audits()).at(-1)).toMatchObject({ id, outcome: 'dismissed', by: expect.stringContaining('@') });
  });

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
