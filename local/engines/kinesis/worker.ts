import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { targetedAction } from '../../metrics/call-counts.ts';
import type { KinesisWorkerData, KinesisWrites } from '../kinesis.ts';
import { admitting } from '../known-callers.ts';
import { serveEngine } from '../serve-engine.ts';
import { KinesisEngine } from './engine.ts';
import { serveKinesis } from './serve-kinesis.ts';

const { path, keys, time } = workerData as KinesisWorkerData;
const shared = time && new Float64Array(time);
const { AWS_ACCOUNT_ID: accountId = '', AWS_REGION: region = '' } = process.env;

/** How often expired records are looked for. */
const sweepEveryMs = 10_000;

const engine = new KinesisEngine({
  path: join(path, 'store.sqlite'),
  accountId,
  region,
  now: shared ? () => shared[0] as number : Date.now,
  onWrite: (written) => parentPort?.postMessage({ kind: 'writes', written } satisfies KinesisWrites),
});
const stopSweeping = engine.startSweeping(sweepEveryMs);
engine.storage.checkInBackground();
const close = async () => {
  stopSweeping();
  engine.close();
};
await serveEngine(admitting(keys, 'kinesis', serveKinesis(engine)), close, (request) => [
  'kinesis',
  targetedAction(request),
]);
