import { join } from 'node:path';
import type { OnStreamWrite } from './context.ts';
import type { CountingEngine } from './engines/engine.ts';
import type { Written } from './engines/kinesis.ts';
import type { CallCount } from './metrics/call-counts.ts';
import type { Keys } from './principals.ts';
import type { EngineName } from './resources/resource-type.ts';

/** The engines of one runtime, or the real endpoints in their place. */
export interface Engines {
  /** Where each needed service answers. */
  readonly urls: ReadonlyMap<EngineName, string>;
  readonly onStreamWrite: (streamName: string, wake: OnStreamWrite) => () => void;
  /** The calls that the engines have answered so far, by key and action. */
  calls(): Promise<readonly CallCount[]>;
  close(): Promise<void>;
}

/**
 * The SDK's own variable that names a service's endpoint: of `dynamodbStreams` it is
 * `AWS_ENDPOINT_URL_DYNAMODB_STREAMS`.
 */
export const endpointVariable = (service: string): string =>
  `AWS_ENDPOINT_URL_${service.replace(/[A-Z]/g, '_$&').toUpperCase()}`;

/** The endpoint that takes the engine's place; DynamoDB's serves its streams too, unless they have one of their own. */
const endpointInstead = (service: EngineName): string | undefined =>
  process.env[endpointVariable(service)] ?? (service === 'dynamodbStreams' ? endpointInstead('dynamodb') : undefined);

/**
 * Starts the engines that `needed` asks for, side by side, with their data under `dataDir`. Where the environment names
 * an endpoint for a service, that takes the engine's place. S3 and SQS answer only who signs with one of the `keys`,
 * Kinesis and DynamoDB who names one; those two take their time from `time`, where there is one. All are in `region`;
 * @default us-east-1. If one fails to start, those that did are closed.
 */
export const startEngines = async (
  needed: ReadonlySet<EngineName>,
  dataDir: string,
  keys: Keys,
  time?: SharedArrayBuffer,
  region?: string,
): Promise<Engines> => {
  const wakers = new Map<string, Set<OnStreamWrite>>();
  const onWrite = (streamName: string, shardIds: readonly string[], written?: Written): void => {
    for (const wake of wakers.get(streamName) ?? []) wake(shardIds, written);
  };
  const starters: readonly [readonly EngineName[], () => Promise<CountingEngine>][] = [
    [
      ['kinesis'],
      async () =>
        (await import('./engines/kinesis.ts')).startKinesis({
          path: join(dataDir, 'kinesis'),
          keys,
          time,
          region,
          onWrite: (streamName, written) => onWrite(streamName, Object.keys(written), written),
        }),
    ],
    [
      ['dynamodb', 'dynamodbStreams'],
      async () =>
        (await import('./engines/dynamodb.ts')).startDynamoDb({
          path: join(dataDir, 'dynamodb'),
          keys,
          time,
          region,
          onWrite,
        }),
    ],
    [
      ['s3', 'sqs'],
      async () => (await import('./engines/s3-and-sqs.ts')).startS3AndSqs({ path: join(dataDir, 's3'), keys, region }),
    ],
  ];
  const urls = new Map<EngineName, string>();
  const starting = starters.map(async ([services, start]) => {
    const played = services.filter((service) => {
      const url = endpointInstead(service);
      if (needed.has(service) && url) urls.set(service, url);
      return needed.has(service) && !url;
    });
    if (played.length === 0) return undefined;
    const engine = await start();
    for (const service of played) urls.set(service, engine.url);
    return engine;
  });
  const outcomes = await Promise.allSettled(starting);
  const engines = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' && outcome.value) || []);
  const close = async (): Promise<void> => {
    await Promise.all(engines.map((engine) => engine.close()));
  };
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await close();
    throw failed.reason;
  }
  return {
    urls,
    onStreamWrite: (streamName, wake) => {
      const listeners = wakers.get(streamName) ?? new Set();
      wakers.set(streamName, listeners.add(wake));
      return () => listeners.delete(wake);
    },
    calls: async () => (await Promise.all(engines.map((engine) => engine.calls()))).flat(),
    close,
  };
};
