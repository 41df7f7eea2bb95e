import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { targetedAction } from '../../metrics/call-counts.ts';
import { Storage } from '../../storage/storage.ts';
import type { S3AndSqsWorkerData } from '../s3-and-sqs.ts';
import { serveEngine } from '../serve-engine.ts';
import { s3Action } from './s3/action.ts';
import { s3Listener } from './s3/listener.ts';
import { openS3Stores } from './s3/stores.ts';
import { Sequence } from './sequence.ts';
import { isCall } from './sqs/access.ts';
import { sqsListener } from './sqs/listener.ts';
import { openSqsStores } from './sqs/stores.ts';

const { path, keys } = workerData as S3AndSqsWorkerData;
const onRollback = () => {
  sequence.forget();
  s3.buckets.forget();
};
const storage = new Storage({ path: join(path, 'store.sqlite'), onRollback });
const sequence = new Sequence(storage);
const s3 = openS3Stores(storage, sequence);
const onS3 = s3Listener(s3, keys);
const onSqs = sqsListener(openSqsStores(storage, sequence), keys);
storage.checkInBackground();

await serveEngine(
  (request, response) => (isCall(request) ? onSqs : onS3)(request, response),
  async () => storage.close(),
  (request) => (isCall(request) ? ['sqs', targetedAction(request)] : ['s3', s3Action(request)]),
);
