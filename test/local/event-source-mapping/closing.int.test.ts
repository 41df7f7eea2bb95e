import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Clock, systemClock } from '../../../local/clock.ts';
import type { LocalContext } from '../../../local/context.ts';
import type { Engine } from '../../../local/engines/engine.ts';
import { EventSourceMapping } from '../../../local/event-source-mapping/event-source-mapping.ts';
import { listen } from '../../../local/listen.ts';
import { awsPace } from '../../../local/pace.ts';
import { eventually } from '../../support/eventually.ts';

/** Kinesis with one shard, which is at its end, and which can be listed once. */
const answers: Readonly<Record<string, object>> = {
  ListShards: { Shards: [{ ShardId: 'shardId-000000000000', SequenceNumberRange: {} }] },
  DescribeStreamSummary: { StreamDescriptionSummary: { RetentionPeriodHours: 24 } },
  GetShardIterator: { ShardIterator: 'at the end' },
  GetRecords: { Records: [], MillisBehindLatest: 0 },
};
let listed: number;
let kinesis: Engine;
let dataDir: string;
const closers: (() => Promise<void> | void)[] = [];
beforeEach(async () => {
  listed = 0;
  dataDir = mkdtempSync(join(tmpdir(), 'closing-'));
  kinesis = await listen(
    createServer((message, response) => {
      const action = String(message.headers['x-amz-target']).split('.')[1] ?? '';
      response.statusCode = action === 'ListShards' && listed++ > 0 ? 500 : 200;
      message.resume();
      response.end(JSON.stringify(answers[action]));
    }),
  );
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  await kinesis.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it('a mapping that closes while its stream cannot be listed leaves no timer behind', async () => {
  let sleepers = 0;
  const clock: Clock = {
    ...systemClock,
    sleep: async (ms, signal) => {
      sleepers++;
      await systemClock.sleep(ms, signal);
      sleepers--;
    },
  };
  const log: string[] = [];
  const context = {
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    endpoints: { kinesis: kinesis.url },
    dataDir,
    clock,
    pace: awsPace,
    metrics: { lagOf: () => undefined },
    onStreamWrite: () => () => {},
    onClose: (close: () => Promise<void> | void) => closers.push(close),
    log: (line: string) => log.push(line),
  } as unknown as LocalContext;
  const settings = { parallelizationFactor: 1, filters: [], startingPosition: { type: 'TRIM_HORIZON' } };
  const eventSourceArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';
  const parts = { uuid: 'mapping', name: 'mapping', eventSourceArn, function: {}, settings };
  const mapping = new EventSourceMapping(
    parts as unknown as ConstructorParameters<typeof EventSourceMapping>[0],
    context,
  );

  await mapping.start();
  await eventually(() => expect([log.length > 0, sleepers]).toEqual([true, 1]), 5_000, 5);
  await mapping.close();

  await eventually(() => expect(sleepers).toBe(0), 500, 5); // it would have slept for a second
});
