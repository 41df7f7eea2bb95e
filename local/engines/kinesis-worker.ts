import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { targetedAction } from '../metrics/call-counts.ts';
import type { KinesisWorkerData, KinesisWrites } from './kinesis.ts';
import { positionKept, timestampAhead } from './kinesis-iterators.ts';
import { speedUp } from './kinesis-numbers.ts';
import { grouped, rememberStreams, type StreamStore } from './kinesis-writes.ts';
import { type Action, type Input, openLevelEngine } from './level-engine.ts';
import { serveEngine } from './serve-engine.ts';

const { path, time } = workerData as KinesisWorkerData;
if (time) {
  const shared = new Float64Array(time);
  Date.now = () => shared[0] as number; // the only clock that kinesalite looks at
}

/** kinesalite goes no further; AWS allows 8,760. */
const longestRetentionHours = 168;

const written = new Map<string, Set<string>>();

function wrote(streamName: unknown, shardIds: readonly unknown[]): void {
  if (written.size === 0) setImmediate(reportWrites);
  const shards = written.get(String(streamName)) ?? new Set();
  written.set(String(streamName), shards);
  for (const shardId of shardIds) shards.add(String(shardId));
}

function reportWrites(): void {
  const shardIds = Object.fromEntries([...written].map(([streamName, shards]) => [streamName, [...shards]]));
  written.clear();
  parentPort?.postMessage({ kind: 'writes', shardIds } satisfies KinesisWrites);
}

const reporting =
  (original: Action): Action =>
  (store, input, callback) =>
    original(store, input, (error, output) => {
      if (output)
        wrote(
          input.StreamName,
          recordsOf(output).map((record) => record.ShardId),
        );
      callback(error, output);
    });

/** `PutRecords` answers with `Records`, `PutRecord` is one itself. */
const recordsOf = (output: Record<string, unknown>) => (output.Records ?? [output]) as { ShardId: string }[];

function prepare(input: Input, types: Readonly<Record<string, unknown>>): void {
  const { StreamARN: arn, RetentionPeriodHours: hours } = input;
  if (typeof arn === 'string' && 'StreamName' in types) input.StreamName ??= arn.slice(arn.indexOf('/') + 1);
  if (typeof hours === 'number') input.RetentionPeriodHours = Math.min(hours, longestRetentionHours);
}

speedUp(createRequire(import.meta.url)('kinesalite/db'));
const engine = await openLevelEngine<StreamStore>('kinesalite', {
  options: { path, createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 10_000 },
  prepare,
  actions: {
    putRecord: (original) => reporting(grouped(original)),
    putRecords: (original) => reporting(grouped(original)),
    getRecords: positionKept,
    getShardIterator: timestampAhead,
  },
});
rememberStreams(engine.store);
await serveEngine(engine.listener, engine.close, (request) => ['kinesis', targetedAction(request)]);
