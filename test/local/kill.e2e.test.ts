import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from '@jest/globals';
import { writeAssembly } from '../support/assembly.ts';
import { eventually } from '../support/eventually.ts';
import { RunningBus } from './event-bridge/running-bus.ts';
import { RunningFirehose } from './firehose/running-firehose.ts';
import { type KilledRuntime, startRuntime } from './killed-runtime.ts';

const folder = mkdtempSync(join(tmpdir(), 'killed-'));
const calls = join(folder, 'calls');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const role = 'arn:aws:iam::000000000000:role/probe';
const fn = (name: string) => ({
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: 'x', S3Key: 'fn.zip' },
    Handler: `index.${name}`,
    Runtime: 'nodejs24.x',
    Role: role,
    Environment: { Variables: { CALLS: calls } },
  },
});
const stream = (prefix: string, properties: object) => ({
  Type: 'AWS::KinesisFirehose::DeliveryStream',
  Properties: {
    ...properties,
    ExtendedS3DestinationConfiguration: {
      BucketARN: arnOf('Bucket'),
      RoleARN: role,
      Prefix: prefix,
      ProcessingConfiguration: {
        Enabled: true,
        Processors: [
          {
            Type: 'Lambda',
            Parameters: [
              { ParameterName: 'LambdaArn', ParameterValue: arnOf('Transformer') },
              { ParameterName: 'BufferIntervalInSeconds', ParameterValue: '0' },
            ],
          },
          { Type: 'AppendDelimiterToRecord', Parameters: [] },
        ],
      },
    },
  },
});
const rule = (target: object) => ({
  Type: 'AWS::Events::Rule',
  Properties: { EventBusName: { Ref: 'Bus' }, EventPattern: { source: ['stores'] }, Targets: [{ Id: 'T', ...target }] },
});

const template = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 2 } },
    Caller: fn('note'),
    Transformer: fn('transform'),
    Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'stores' } },
    ToStream: rule({ Arn: arnOf('Stream'), InputPath: '$.detail' }),
    ToFunction: rule({ Arn: arnOf('Caller'), InputPath: '$.detail' }),
    Direct: stream('direct/', {}),
    Archive: stream('archive/', {
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { KinesisStreamARN: arnOf('Stream'), RoleARN: role },
    }),
  },
  Outputs: {
    Bus: { Value: { Ref: 'Bus' } },
    Stream: { Value: { Ref: 'Stream' } },
    Bucket: { Value: { Ref: 'Bucket' } },
    Direct: { Value: { Ref: 'Direct' } },
  },
};

const handlers = `const fs = require('node:fs');
exports.note = async ({ n }) => {
  const failed = process.env.CALLS + '.failed-' + n;
  if (n % 5 === 0 && !fs.existsSync(failed)) {
    fs.writeFileSync(failed, '');
    throw new Error('the first try of every fifth event fails');
  }
  fs.appendFileSync(process.env.CALLS, n + '\\n');
};
exports.transform = async ({ records }) =>
  ({ records: records.map(({ recordId, data }) => ({ recordId, result: 'Ok', data })) });`;

/** Puts events and records until `stopped`; keeps in mind what was acknowledged. */
class Client {
  readonly events = new Set<number>();
  readonly records = new Set<number>();
  #next = 0;

  async putUntil(stopped: AbortSignal, runtime: KilledRuntime): Promise<void> {
    const bus = new RunningBus(runtime);
    const firehose = new RunningFirehose(runtime);
    const event = async () => {
      const ns = Array.from({ length: 5 }, () => this.#next++);
      const { Entries = [] } = await bus.putAll(ns.map((n) => ({ DetailType: 'sale', Detail: JSON.stringify({ n }) })));
      for (const [index, n] of ns.entries()) if (Entries[index]?.EventId) this.events.add(n);
    };
    const record = async () => {
      const ns = Array.from({ length: 20 }, () => this.#next++);
      await firehose.putAll(
        'Direct',
        ns.map((n) => JSON.stringify({ n })),
      );
      for (const n of ns) this.records.add(n);
    };
    const repeat = async (put: () => Promise<void>) => {
      while (!stopped.aborted) await put().catch(() => sleep(5)); // no answer: nothing was promised
    };
    await Promise.all([repeat(event), repeat(event), repeat(record)]);
    bus.disconnect();
    firehose.disconnect();
  }
}

it('loses nothing that a bus or a delivery stream has taken when the runtime is killed, four times mid-load', async () => {
  const assembly = writeAssembly(template, { fn: { 'index.js': handlers } });
  const dataDir = join(folder, 'data');
  const client = new Client();
  for (let times = 0; times < 4; times++) {
    const runtime = await startRuntime(assembly, dataDir);
    const stop = new AbortController();
    const before = client.events.size + client.records.size;
    const putting = client.putUntil(stop.signal, runtime);
    await eventually(() => expect(client.events.size + client.records.size).toBeGreaterThan(before + 100), 10_000, 5);
    await sleep(Math.random() * 2_000); // objects are written once a second: most kills come between two of them
    await runtime.kill();
    stop.abort();
    await putting;
  }

  const runtime = await startRuntime(assembly, dataDir);
  const firehose = new RunningFirehose(runtime);
  try {
    await eventually(
      async () => {
        const called = existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').filter(Boolean).map(Number) : [];
        expect(missing(client.events, called)).toEqual([]);
        expect(missing(client.events, await linesBelow(firehose, 'archive/'))).toEqual([]);
        expect(missing(client.records, await linesBelow(firehose, 'direct/'))).toEqual([]);
      },
      20_000,
      200,
    );
  } finally {
    firehose.disconnect();
    await runtime.kill();
  }
}, 90_000);

const missing = (wanted: ReadonlySet<number>, found: readonly number[]): number[] => {
  const there = new Set(found);
  return [...wanted].filter((n) => !there.has(n));
};

const linesBelow = async (firehose: RunningFirehose, prefix: string): Promise<number[]> =>
  (await firehose.objects(prefix, 0)).flatMap(({ body }) =>
    body
      .toString()
      .split('\n')
      .filter(Boolean)
      .map((line) => (JSON.parse(line) as { n: number }).n),
  );
