import { workerData } from 'node:worker_threads';
import { targetedAction } from '../metrics/call-counts.ts';
import { openFauxqs } from './fauxqs.ts';
import { refuseUnsigned } from './s3-access.ts';
import { s3Action } from './s3-action.ts';
import type { S3AndSqsWorkerData } from './s3-and-sqs.ts';
import { answerErrors, correctS3, hideContentType } from './s3-corrections.ts';
import { serveEngine } from './serve-engine.ts';
import { isCall, requireSignatures } from './sqs-access.ts';

const { path, keys } = workerData as S3AndSqsWorkerData;
const fauxqs = await openFauxqs(path);
const { app, sqs, close } = fauxqs;
requireSignatures(fauxqs, keys);
correctS3(fauxqs);
answerErrors(fauxqs);
await app.ready();

await serveEngine(
  (request, response) => {
    if (!isCall(request)) {
      if (refuseUnsigned(request, response, keys)) return;
      hideContentType(request);
    }
    app.routing(request, response);
  },
  close,
  (request) => (isCall(request) ? ['sqs', targetedAction(request)] : ['s3', s3Action(request)]),
  (url) => {
    for (const queue of sqs.allQueues()) queue.url = new URL(new URL(queue.url).pathname, url).href;
  },
);
