import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalStack, startLocal } from '../../../local/start-local.ts';
import { writeAssembly } from '../../support/assembly.ts';
import { eventually } from '../../support/eventually.ts';
import { fastPace } from '../../support/probe.ts';
import { busTemplate, handler } from './bus-template.ts';
import { attributesOf, RunningBus } from './running-bus.ts';

const folder = mkdtempSync(join(tmpdir(), 'bus-'));
const calls = join(folder, 'calls');
const log: string[] = [];
let stack: LocalStack;
let bus: RunningBus;

beforeAll(async () => {
  const assembly = writeAssembly(busTemplate(calls), { fn: { 'index.js': handler } });
  stack = await startLocal({ assembly, pace: fastPace, log: (line) => log.push(line) });
  bus = new RunningBus(stack);
});

afterAll(async () => {
  bus?.disconnect();
  await stack?.close();
  rmSync(folder, { recursive: true, force: true });
});

const invocations = () =>
  readFileSync(calls, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { event: { id: string }; id: string; url: string });

describe('a rule', () => {
  it('§13.17 puts the event on a stream, under the key at its path, with the time in whole seconds', async () => {
    const { Entries } = await bus.put('sale', { store: 'store_1', sales: 12.5 });

    const [record] = await eventually(
      async () => {
        const records = await bus.records('Stream');
        expect(records).toHaveLength(1);
        return records;
      },
      5_000,
      10,
    );

    expect(record?.key).toBe('store_1');
    expect(record?.data).toMatch(
      /^\{"version":"0","id":"[0-9a-f-]{36}","detail-type":"sale","source":"stores","account":"000000000000","time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ","region":"us-east-1","resources":\[\],"detail":\{"store":"store_1","sales":12.5\}\}$/,
    );
    expect(JSON.parse(record?.data ?? '').id).toBe(Entries?.[0]?.EventId);
  });

  it('puts records under its own name, as the metrics tell', async () => {
    await bus.put('sale', { store: 'counted' });

    await eventually(
      async () => {
        const { calls } = await stack.metrics();
        const writers = calls.filter(({ action }) => action === 'PutRecords').map(({ principal }) => principal);
        expect(writers).toEqual(['Probe-Sold']);
      },
      5_000,
      10,
    );
  });

  it('takes the id of the event for a key that is not there', async () => {
    const { Entries } = await bus.put('sale', { sales: 1 });

    await eventually(
      async () => {
        const keys = (await bus.records('Stream')).map(({ key }) => key);
        expect(keys).toContain(Entries?.[0]?.EventId);
      },
      5_000,
      10,
    );
  });

  it('sends what its transformer makes of the event to a queue; a disabled one sends nothing', async () => {
    await bus.put('order', { id: 'o-1', store: 's"1', more: [1] });

    const [message, ...others] = await eventually(
      async () => {
        const messages = await bus.receive('Queue');
        expect(messages).not.toEqual([]);
        return messages;
      },
      5_000,
      10,
    );

    expect(JSON.parse(message?.Body ?? '')).toEqual({
      id: 'o-1',
      subject: 'stores/s"1',
      rule: 'Probe-Transformed',
      data: { id: 'o-1', store: 's"1', more: [1] },
    });
    expect(others).toEqual([]);
  });

  it('has a function invoked until it succeeds, with one request id', async () => {
    await bus.put('call', { id: 'c-1', failures: 2 });

    const made = await eventually(
      () => {
        const found = invocations().filter(({ event }) => event.id === 'c-1');
        expect(found).toHaveLength(3);
        return found;
      },
      5_000,
      10,
    );

    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(made[0]?.url).toBe(stack.environment.AWS_ENDPOINT_URL_EVENTBRIDGE);
  });

  it('is named by its bus and itself', () => {
    expect(stack.outputs).toMatchObject({
      BusArn: 'arn:aws:events:us-east-1:000000000000:event-bus/stores',
      Rule: 'stores|Probe-Gone',
      RuleArn: 'arn:aws:events:us-east-1:000000000000:rule/stores/Probe-Gone',
    });
    expect(log).toContain('not run here: AWS::Events::Archive (1), AWS::Events::EventBusPolicy (1)');
  });
});

describe('the dead-letter queue of a target', () => {
  const letter = async () =>
    eventually(
      async () => {
        const [message] = await bus.receive('Dead');
        if (!message) throw new Error('no dead letter');
        return message;
      },
      5_000,
      10,
    );

  it('gets at once what goes to a target that is not there', async () => {
    await bus.put('gone', { n: 1 });

    const message = await letter();

    expect(JSON.parse(message.Body ?? '').detail).toEqual({ n: 1 });
    expect(attributesOf(message)).toEqual({
      RULE_ARN: stack.outputs.RuleArn,
      TARGET_ARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/nowhere',
      ERROR_CODE: 'NO_RESOURCE',
      ERROR_MESSAGE: expect.stringContaining('nowhere'),
      RETRY_ATTEMPTS: '0',
    });
  });

  it('gets what the target can never take, and its neighbours go through', async () => {
    const key = (store: string) => ({ DetailType: 'key', Detail: JSON.stringify({ store }) });
    await bus.putAll([key('short-1'), key('x'.repeat(257)), key('short-2')]);

    expect(attributesOf(await letter())).toMatchObject({ ERROR_CODE: 'SDK_CLIENT_ERROR', RETRY_ATTEMPTS: '0' });
    await eventually(
      async () => {
        const keys = (await bus.records('Stream')).map((record) => record.key);
        expect(keys).toEqual(expect.arrayContaining(['short-1', 'short-2']));
      },
      5_000,
      10,
    );
  });

  it('does without an event that is larger than a message may be, which is told of once', async () => {
    const fields = { DetailType: 'key', Source: 'stores' };
    const frame = Buffer.byteLength(Object.values(fields).join('')) + '{"t":""}'.length;
    const Detail = JSON.stringify({ t: 'x'.repeat(1_048_576 - frame) });
    await bus.putAll([{ ...fields, Detail }]);

    const told = await eventually(
      () => {
        const lines = log.filter((line) => line.includes('was dropped, the dead-letter queue refuses it'));
        expect(lines).not.toEqual([]);
        return lines;
      },
      5_000,
      10,
    );
    expect(told).toEqual([expect.stringContaining('larger than 1048576 bytes')]);
  });

  it('gets the event whose input path leads to nothing', async () => {
    await bus.put('pathless', { n: 2 });

    expect(attributesOf(await letter())).toMatchObject({ ERROR_CODE: 'INVALID_JSON' });
  });
});

describe('PutEvents', () => {
  it('§13.16 refuses one entry and takes the other', async () => {
    const answer = await bus.putAll([
      { DetailType: 'sale', Detail: '[1]' },
      { DetailType: 'sale', Detail: '{"store":"store_16"}' },
    ]);

    expect(answer.$metadata.httpStatusCode).toBe(200);
    expect(answer.FailedEntryCount).toBe(1);
    expect(answer.Entries).toEqual([
      { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
      { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    ]);
    await eventually(
      async () => {
        expect((await bus.records('Stream')).map(({ key }) => key)).toContain('store_16');
      },
      5_000,
      10,
    );
  });

  it('§13.16 refuses eleven entries', async () => {
    const entry = { DetailType: 'sale', Detail: '{}' };

    await expect(bus.putAll(Array.from({ length: 11 }, () => entry))).rejects.toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('answers with an id for a bus that is not there, and tells of the loss', async () => {
    const { FailedEntryCount } = await bus.put('sale', {}, { EventBusName: 'nobody' });

    expect(FailedEntryCount).toBe(0);
    expect(log).toContain('an event was lost, as on AWS: there is no event bus nobody');
  });

  it('finds a bus by its ARN', async () => {
    await bus.put('sale', { store: 'by-arn' }, { EventBusName: stack.outputs.BusArn });

    await eventually(
      async () => {
        expect((await bus.records('Stream')).map(({ key }) => key)).toContain('by-arn');
      },
      5_000,
      10,
    );
  });

  it('is refused without a signature, and with that of another key', async () => {
    const endpoint = stack.environment.AWS_ENDPOINT_URL_EVENTBRIDGE ?? '';
    const stranger = new EventBridgeClient({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: stack.environment.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: 'guessed' },
    });

    expect((await fetch(endpoint, { method: 'POST', body: '{}' })).status).toBe(403);
    await expect(stranger.send(new PutEventsCommand({ Entries: [] }))).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
    stranger.destroy();
  });
});

describe('any other call', () => {
  it('is refused by its name', async () => {
    await expect(bus.events.send(new ListRulesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: 'Only PutEvents and TestEventPattern of this service are run here.',
    });
  });

  it('is refused where it is larger than any that is run', async () => {
    await expect(bus.put('sale', { text: 'x'.repeat(8_000_000) })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 413 },
    });
  });
});

describe('TestEventPattern', () => {
  const event = {
    id: '1',
    account: '000000000000',
    source: 'stores',
    time: '2026-11-22T10:00:00Z',
    region: 'us-east-1',
    resources: [],
    'detail-type': 'sale',
    detail: { n: 5 },
  };
  const test = (pattern: object, Event = JSON.stringify(event)) =>
    bus.events.send(new TestEventPatternCommand({ EventPattern: JSON.stringify(pattern), Event }));

  it('says whether the event matches', async () => {
    expect((await test({ detail: { n: [{ numeric: ['>', 4] }] } })).Result).toBe(true);
    expect((await test({ detail: { n: [4] } })).Result).toBe(false);
  });

  it('needs neither resources nor a version nor a detail', async () => {
    const { resources: _, detail: __, ...least } = event;

    expect((await test({ source: ['stores'] }, JSON.stringify(least))).Result).toBe(true);
    expect((await test({ resources: [{ exists: true }] }, JSON.stringify(least))).Result).toBe(false);
  });

  it('refuses a pattern as EventBridge does', async () => {
    await expect(test({ detail: { n: 5 } })).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
      message: 'Event pattern is not valid. Reason: "n" must be an object or an array',
    });
  });

  it('refuses an event that is not JSON, and one without a mandatory field', async () => {
    await expect(test({ source: ['a'] }, '{')).rejects.toMatchObject({ name: 'ValidationException' });
    for (const name of ['id', 'account', 'source', 'time', 'region', 'detail-type'])
      await expect(test({ source: ['a'] }, JSON.stringify({ ...event, [name]: undefined }))).rejects.toThrow(
        `Parameter Event is not valid. Reason: ${name} must be there.`,
      );
  });
});
