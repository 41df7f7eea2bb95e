import type { CountingEngine } from './engine.ts';
import { type OnCrash, startEngineThread } from './engine-thread.ts';

export interface KinesisOptions {
  /** The folder that holds the streams; made where it is missing. */
  readonly path: string;
  /** Where it takes its time from; @default the machine's own. */
  readonly time?: SharedArrayBuffer | undefined;
  /** Hears of each write to a stream soon after it, several writes at once, with the shards written to. */
  readonly onWrite?: OnWrite;
  readonly onCrash?: OnCrash;
}

export type OnWrite = (streamName: string, shardIds: readonly string[]) => void;

export interface KinesisWorkerData {
  readonly path: string;
  readonly time: SharedArrayBuffer | undefined;
}

/** What the worker says after writes: of each stream the shards, in the order of `Object.entries`. */
export interface KinesisWrites {
  readonly kind: 'writes';
  readonly shardIds: Readonly<Record<string, readonly string[]>>;
}

/**
 * Kinesis, played by kinesalite. A call may name its stream by `StreamARN` alone, as on AWS.
 *
 * Not there: `UpdateShardCount`, stream consumers, records above 1 MiB, throttling. Retention ends at 168 hours.
 */
export function startKinesis({ path, time, onWrite, onCrash }: KinesisOptions): Promise<CountingEngine> {
  const workerData: KinesisWorkerData = { path, time };
  return startEngineThread({
    name: 'Kinesis',
    module: new URL('./kinesis-worker.ts', import.meta.url),
    workerData,
    onMessage: (message) => {
      for (const [streamName, shardIds] of Object.entries((message as KinesisWrites).shardIds)) {
        onWrite?.(streamName, shardIds);
      }
    },
    onCrash,
  });
}
