import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { systemClock } from '../../../local/clock.ts';
import type { LocalContext } from '../../../local/context.ts';
import type { Engine } from '../../../local/engines/engine.ts';
import { CheckpointFolder } from '../../../local/event-source-mapping/checkpoint-folder.ts';
import { EventSourceMapping } from '../../../local/event-source-mapping/event-source-mapping.ts';
import { StreamReader } from '../../../local/firehose/stream-reader.ts';
import type { LocalFunction } from '../../../local/lambda/local-function.ts';
import { listen } from '../../../local/listen.ts';
import { laptopPace } from '../../../local/pace.ts';

const shards = ['shardId-000000000000', 'shardId-000000000001'];
const eventSourceArn = 'arn:aws:kinesis:us-east-1:000000000000:stream/orders';

/** Kinesis with two shards, of which the second can't be reached for as long as `down`. */
let kinesis: Engine;
let down: boolean;
let dataDir: string;
let closers: (() => Promise<void> | void)[];
beforeEach(async () => {
  down = true;
  closers = [];
  dataDir = mkdtempSync(join(tmpdir(), 'first-positions-'));
  kinesis = await listen(
    createServer(async (message, response) => {
      const action = String(message.headers['x-amz-target']).split('.')[1] ?? '';
      const { ShardId } = JSON.parse(await text(message)) as { ShardId?: string };
      response.statusCode = down && ShardId === shards[1] ? 500 : 200;
      response.end(JSON.stringify(answers[action]));
    }),
  );
});
afterEach(async () => {
  for (const close of closers.toReversed()) await close();
  await kinesis.close();
  rmSync(dataDir, { recursive: true, force: true });
});
const answers: Readonly<Record<string, object>> = {
  ListShards: { Shards: shards.map((ShardId) => ({ ShardId, SequenceNumberRange: {} })) },
  DescribeStreamSummary: { StreamDescriptionSummary: { RetentionPeriodHours: 24 } },
  GetShardIterator: { ShardIterator: 'at the end' },
  GetRecords: { Records: [], NextShardIterator: 'at the end', MillisBehindLatest: 0 },
};

const contextOf = (): LocalContext =>
  ({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    endpoints: { kinesis: kinesis.url },
    dataDir,
    clock: systemClock,
    pace: laptopPace,
    metrics: { lagOf: () => undefined },
    onStreamWrite: () => () => {},
    onClose: (close: () => Promise<void> | void) => closers.push(close),
    log: () => {},
  }) as unknown as LocalContext;

const startMapping = async () => {
  const settings = { parallelizationFactor: 1, filters: [], startingPosition: { type: 'LATEST' } };
  const parts = { uuid: 'mapping', name: 'mapping', eventSourceArn, function: {} as LocalFunction, settings };
  const mapping = new EventSourceMapping(
    parts as unknown as ConstructorParameters<typeof EventSourceMapping>[0],
    contextOf(),
  );
  await mapping.start();
  closers.push(() => mapping.close());
};

const startReader = async () => {
  const reader = new StreamReader('archive', eventSourceArn, { hasRoom: true, accept: () => {} }, contextOf());
  await reader.start();
};

it.each([
  ['a mapping at LATEST', 'mapping', startMapping],
  ['a delivery stream', 'firehose-archive@orders', startReader],
])('%s takes its first position in every shard, or in none', async (_, folder, start) => {
  const kept = new CheckpointFolder(join(dataDir, 'checkpoints', folder), 'it');

  await expect(start()).rejects.toThrow();
  expect(kept.known).toBe(false);
  down = false;
  await start();
  expect(shards.map((shardId) => kept.read(shardId))).toEqual([
    { sinceMs: expect.any(Number) },
    { sinceMs: expect.any(Number) },
  ]);
  kept.close();
});
