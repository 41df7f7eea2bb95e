import type { Keys } from '../principals.ts';
import type { CountingEngine } from './engine.ts';
import { type OnCrash, startEngineThread } from './engine-thread.ts';

export interface S3AndSqsOptions {
  /** The folder that holds buckets and queues; made where it is missing. */
  readonly path: string;
  /** The keys that requests may be signed with. */
  readonly keys: Keys;
  /** @default us-east-1 */
  readonly region?: string | undefined;
  readonly onCrash?: OnCrash;
}

/**
 * S3 in path style and SQS in its JSON protocol. A request without a valid signature is refused with 403.
 *
 * Not there: tags, access control lists, lifecycle rules, bodies above 11 MiB in one request.
 */
export function startS3AndSqs({ path, keys, region, onCrash }: S3AndSqsOptions): Promise<CountingEngine> {
  const workerData: S3AndSqsWorkerData = { path, keys };
  return startEngineThread({
    name: 'S3 and SQS',
    module: new URL('./s3-and-sqs/worker.ts', import.meta.url),
    workerData,
    region,
    onCrash,
  });
}

export interface S3AndSqsWorkerData {
  readonly path: string;
  readonly keys: Keys;
}
