import type { Keys } from '../principals.ts';
import type { CountingEngine } from './engine.ts';
import { type OnCrash, startEngineThread } from './engine-thread.ts';

export interface KinesisOptions {
  /** The folder that holds the streams; made where it is missing. */
  readonly path: string;
  /** Whoever names none of these is refused; @default nobody is. */
  readonly keys?: Keys | undefined;
  /** Where it takes its time from; @default the machine's own. */
  readonly time?: SharedArrayBuffer | undefined;
  /** Hears of each write to a stream soon after it, several writes at once. */
  readonly onWrite?: OnWrite;
  /** @default us-east-1 */
  readonly region?: string | undefined;
  readonly onCrash?: OnCrash;
}

export type OnWrite = (streamName: string, written: Written) => void;

/** What was written, by shard. */
export type Written = Readonly<Record<string, WrittenToShard>>;

/** New records of a shard, none left out. */
export interface WrittenToShard {
  /**
   * The sequence number of the record before them; undefined where the engine hasn't written to
   * the shard since it started.
   */
  readonly after: string | undefined;
  readonly records: readonly WrittenRecord[];
}

export interface WrittenRecord {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAtMs: number;
  /** Base64. */
  readonly data: string;
}

export interface KinesisWorkerData {
  readonly path: string;
  readonly keys: Keys | undefined;
  readonly time: SharedArrayBuffer | undefined;
}

/** What the worker says after writes, by stream. */
export interface KinesisWrites {
  readonly kind: 'writes';
  readonly written: Readonly<Record<string, Written>>;
}

/**
 * Kinesis, in a thread of its own. Its streams change at once: none is ever `CREATING` or `UPDATING`.
 *
 * Not there: `SubscribeToShard`, which needs HTTP/2; CBOR; throttling; encryption, resource policies and enhanced
 * monitoring.
 */
export function startKinesis({ path, keys, time, region, onWrite, onCrash }: KinesisOptions): Promise<CountingEngine> {
  const workerData: KinesisWorkerData = { path, keys, time };
  return startEngineThread({
    name: 'Kinesis',
    module: new URL('./kinesis/worker.ts', import.meta.url),
    workerData,
    onMessage: (message) => {
      for (const [streamName, written] of Object.entries((message as KinesisWrites).written))
        onWrite?.(streamName, written);
    },
    region,
    onCrash,
  });
}
