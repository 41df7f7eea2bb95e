import type { Keys } from '../principals.ts';
import type { CountingEngine } from './engine.ts';
import { type OnCrash, startEngineThread } from './engine-thread.ts';

export interface DynamoDbOptions {
  /** The folder that holds the tables; made where it is missing. */
  readonly path: string;
  /** Whoever names none of these is refused; @default nobody is. */
  readonly keys?: Keys | undefined;
  /** Where it takes its time from; @default the machine's own. */
  readonly time?: SharedArrayBuffer | undefined;
  /** Hears of each record of a stream soon after it is stored, several at once, with the stream's shard. */
  readonly onWrite?: (streamArn: string, shardIds: readonly string[]) => void;
  /** How long a stream keeps its records; @default 24 hours, as on AWS. */
  readonly retentionMs?: number;
  /** @default us-east-1 */
  readonly region?: string | undefined;
  readonly onCrash?: OnCrash;
}

/** What the worker says after writes to tables with a stream: of each stream, by its ARN, the shards. */
export interface DynamoDbWrites {
  readonly kind: 'writes';
  readonly shardIds: Readonly<Record<string, readonly string[]>>;
}

export interface DynamoDbWorkerData {
  readonly path: string;
  readonly keys: Keys | undefined;
  readonly time: SharedArrayBuffer | undefined;
  readonly retentionMs: number;
}

const dayMs = 24 * 60 * 60 * 1_000;

/**
 * DynamoDB and DynamoDB Streams at one address: dynalite's language over a store of our own. A call may name its table by
 * its ARN, as on AWS. A write, its index entries and its stream record are stored together or not at all. `Query` and
 * `Scan` show one moment.
 *
 * Not there: time to live, PartiQL, backups, global tables.
 */
export function startDynamoDb({
  path,
  keys,
  time,
  onWrite,
  retentionMs = dayMs,
  region,
  onCrash,
}: DynamoDbOptions): Promise<CountingEngine> {
  const workerData: DynamoDbWorkerData = { path, keys, time, retentionMs };
  return startEngineThread({
    name: 'DynamoDB',
    module: new URL('./dynamodb/worker.ts', import.meta.url),
    workerData,
    onMessage: (message) => {
      for (const [streamArn, shardIds] of Object.entries((message as DynamoDbWrites).shardIds))
        onWrite?.(streamArn, shardIds);
    },
    region,
    onCrash,
  });
}
