import { Storage, type StorageOptions } from '../../storage/storage.ts';
import type { Written } from '../kinesis.ts';
import { checkInput } from './check-input.ts';
import { KinesisError, serialization } from './errors.ts';
import { operations } from './operations/index.ts';
import { Records } from './records.ts';
import { type Place, Streams } from './streams.ts';
import { Sweeper } from './sweeper.ts';
import { Writes } from './writes.ts';

export interface KinesisEngineOptions extends Place {
  /** Opens the store; a test puts a store with defects here. @default a store in the file that `path` names */
  readonly openStorage?: (options: StorageOptions) => Storage;
  readonly path: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Called once writes are stored, with all records of a turn. */
  readonly onWrite?: (written: Readonly<Record<string, Written>>) => void;
}

/**
 * Kinesis without its protocol: streams and records over one store. Every operation is one synchronous step. Its answer
 * counts once `storage.whenSettled` says so.
 */
export class KinesisEngine {
  readonly storage: Storage;
  readonly streams: Streams;
  readonly records: Records;
  readonly writes: Writes;
  readonly now: () => number;
  private readonly sweeper: Sweeper;
  private isStale = false;

  constructor({ openStorage = (options) => new Storage(options), path, now, onWrite, ...place }: KinesisEngineOptions) {
    const onRollback = () => {
      this.isStale = true;
    };
    this.storage = openStorage({ path, onRollback });
    this.now = now;
    this.records = new Records(this.storage);
    this.streams = new Streams(this.storage, place);
    this.writes = new Writes(this.storage, onWrite);
    this.sweeper = new Sweeper(this);
  }

  /** Runs an operation and answers its output as JSON. Throws a `KinesisError` if AWS answers one. */
  call(name: string, input: unknown): string {
    const operation = operations.get(name);
    if (!operation) throw new KinesisError('UnknownOperationException', `${name} is not run here.`);
    if (typeof input !== 'object' || input === null || Array.isArray(input))
      throw serialization('The body is not a JSON object.');
    checkInput(input as Record<string, unknown>, operation.members);
    this.refresh();
    let output: ReturnType<typeof operation.run>;
    try {
      output = operation.run(this, input as never);
    } catch (error) {
      if (!(error instanceof KinesisError)) this.storage.atomically(() => rethrow(error)); // what it wrote is taken back
      throw error;
    }
    return typeof output === 'string' ? output : output ? JSON.stringify(output) : '';
  }

  /** Deletes expired records from now on, beside the work of this thread; answers a function that ends it. */
  startSweeping(everyMs: number): () => void {
    return this.sweeper.start(everyMs);
  }

  /** Deletes some of what has expired; answers whether that is all. */
  sweep(): boolean {
    this.refresh();
    return this.sweeper.step();
  }

  close(): void {
    this.storage.close();
  }

  /** After a failed commit, memory holds what the store does not. */
  private refresh(): void {
    if (!this.isStale) return;
    this.streams.load();
    this.isStale = false;
  }
}

const rethrow = (error: unknown): never => {
  throw error;
};
