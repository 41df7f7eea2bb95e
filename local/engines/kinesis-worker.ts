import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import { targetedAction } from '../metrics/call-counts.ts';
import type { KinesisWorkerData, KinesisWrites, WrittenRecord, WrittenToShard } from './kinesis.ts';
import { positionKept, timestampAhead } from './kinesis-iterators.ts';
import { speedUp } from './kinesis-numbers.ts';
import { boundPages, fullPageBehind } from './kinesis-page.ts';
import { grouped, rememberStreams, type StreamStore } from './kinesis-writes.ts';
import { admitting } from './known-callers.ts';
import { type Input, openLevelEngine } from './level-engine.ts';
import { serveEngine } from './serve-engine.ts';

const { path, keys, time } = workerData as KinesisWorkerData;
if (time) {
  const shared = new Float64Array(time);
  Date.now = () => shared[0] as number; // the only clock that kinesalite looks at
}

/** kinesalite goes no further; AWS allows 8,760. */
const longestRetentionHours = 168;

let untold: Record<string, Record<string, WrittenToShard & { readonly records: WrittenRecord[] }>> = {};
let toldSoon = false;
/** Of each shard, by stream and shard. */
const newest = new Map<string, string>();

/** Lets the other thread know, once what else is written in this turn is known too. */
function tell(streamName: string, shardId: string, record: WrittenRecord): void {
  if (!toldSoon) setImmediate(tellAll);
  toldSoon = true;
  const shard = `${streamName}/${shardId}`;
  untold[streamName] ??= {};
  untold[streamName][shardId] ??= { after: newest.get(shard), records: [] };
  untold[streamName][shardId].records.push(record);
  newest.set(shard, record.sequenceNumber);
}

function tellAll(): void {
  parentPort?.postMessage({ kind: 'writes', written: untold } satisfies KinesisWrites);
  untold = {};
  toldSoon = false;
}

function prepare(input: Input, types: Readonly<Record<string, unknown>>): void {
  const { StreamARN: arn, RetentionPeriodHours: hours } = input;
  if (typeof arn === 'string' && 'StreamName' in types) input.StreamName ??= arn.slice(arn.indexOf('/') + 1);
  if (typeof hours === 'number') input.RetentionPeriodHours = Math.min(hours, longestRetentionHours);
}

const database = createRequire(import.meta.url)('kinesalite/db');
speedUp(database);
boundPages(database);
const engine = await openLevelEngine<StreamStore>('kinesalite', {
  options: { path, createStreamMs: 0, deleteStreamMs: 0, updateStreamMs: 0, shardLimit: 10_000 },
  prepare,
  actions: {
    putRecord: (original) => grouped(original, tell),
    putRecords: (original) => grouped(original, tell),
    getRecords: (original) => fullPageBehind(positionKept(original)),
    getShardIterator: timestampAhead,
  },
});
rememberStreams(engine.store);
const listener = admitting(keys, 'kinesis', engine.listener);
await serveEngine(listener, engine.close, (request) => ['kinesis', targetedAction(request)]);
