import { workerData } from 'node:worker_threads';
import { openFauxqs } from './fauxqs.ts';
import { refuseUnsigned } from './s3-access.ts';
import type { S3AndSqsWorkerData } from './s3-and-sqs.ts';
import { answerErrors, correctS3, hideContentType } from './s3-corrections.ts';
import { serveEngine } from './serve-engine.ts';
import { isCall, requireSignatures } from './sqs-access.ts';

const { path, credentials } = workerData as S3AndSqsWorkerData;
const fauxqs = await openFauxqs(path);
const { app, sqs, close } = fauxqs;
requireSignatures(fauxqs, credentials);
correctS3(fauxqs);
answerErrors(fauxqs);
await app.ready();

await serveEngine(
  (request, response) => {
    if (!isCall(request)) {
      if (refuseUnsigned(request, response, credentials)) return;
      hideContentType(request);
    }
    app.routing(request, response);
  },
  close,
  (url) => {
    for (const queue of sqs.allQueues()) queue.url = new URL(new URL(queue.url).pathname, url).href;
  },
);
