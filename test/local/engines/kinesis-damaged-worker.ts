import { workerData } from 'node:worker_threads';
import { KinesisEngine } from '../../../local/engines/kinesis/engine.ts';
import { serveKinesis } from '../../../local/engines/kinesis/serve-kinesis.ts';
import { serveEngine } from '../../../local/engines/serve-engine.ts';
import { Storage } from '../../../local/storage/storage.ts';

/** The engine over a store that is too large to be checked when it is opened, so that a read comes by the damage. */
const engine = new KinesisEngine({
  openStorage: (options) => new Storage({ ...options, checkedBytes: 0 }),
  path: `${workerData.path}/store.sqlite`,
  accountId: '000000000000',
  region: 'us-east-1',
  now: Date.now,
});
await serveEngine(
  serveKinesis(engine),
  async () => engine.close(),
  () => ['kinesis', 'Any'],
);
