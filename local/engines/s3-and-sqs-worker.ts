import { workerData } from 'node:worker_threads';
import { openFauxqs } from './fauxqs.ts';
import { refuseUnsigned } from './s3-access.ts';
import type { S3AndSqsWorkerData } from './s3-and-sqs.ts';
import { serveEngine } from './serve-engine.ts';

const { path, credentials } = workerData as S3AndSqsWorkerData;
const { app, sqs, close } = await openFauxqs(path);
await app.ready();

await serveEngine(
  (request, response) => {
    const isS3 = request.method !== 'POST' || request.url !== '/';
    if (isS3 && refuseUnsigned(request, response, credentials)) return;
    app.routing(request, response);
  },
  close,
  (url) => {
    for (const queue of sqs.allQueues()) queue.url = new URL(new URL(queue.url).pathname, url).href;
  },
);
