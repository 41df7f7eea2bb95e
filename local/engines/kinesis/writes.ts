import type { Storage } from '../../storage/storage.ts';
import type { Written, WrittenRecord, WrittenToShard } from '../kinesis.ts';

type Collected = Record<string, Record<string, WrittenToShard & { readonly records: WrittenRecord[] }>>;

/** Collects the records that a turn writes, and passes them to `onWrite` once they are stored. */
export class Writes {
  private readonly storage: Storage;
  private readonly onWrite: ((written: Readonly<Record<string, Written>>) => void) | undefined;
  private collected: Collected | undefined;

  constructor(storage: Storage, onWrite: ((written: Readonly<Record<string, Written>>) => void) | undefined) {
    this.storage = storage;
    this.onWrite = onWrite;
  }

  /** `after`: the record before it in its shard, if this engine wrote it. */
  add(streamName: string, shardId: string, after: string | undefined, record: WrittenRecord): void {
    if (!this.onWrite) return;
    this.collected ??= this.begin();
    this.collected[streamName] ??= noNames();
    const ofStream = this.collected[streamName];
    ofStream[shardId] ??= { after, records: [] };
    ofStream[shardId].records.push(record);
  }

  private begin(): Collected {
    const collected: Collected = noNames();
    this.storage.whenStored((failure) => {
      this.collected = undefined;
      if (!failure) this.onWrite?.(collected);
    });
    return collected;
  }
}

/** Without a prototype: a stream may be named `constructor`. */
const noNames = () => Object.create(null) as Record<string, never>;
