import { DurableQueue } from '../durable-queue.ts';
import type { SourceRecord } from './source-record.ts';

interface Kept {
  readonly arrivedAtMs: number;
  readonly data: string;
}

/** The records that callers put, kept in a file until they are finished. */
export class DirectPut {
  readonly #queue: DurableQueue<Kept>;

  constructor(path: string) {
    this.#queue = new DurableQueue(path);
  }

  /** Keeps the records, base64, before it returns. */
  add(data: readonly string[], arrivedAtMs: number): SourceRecord[] {
    const ids = this.#queue.add(data.map((each) => ({ arrivedAtMs, data: each })));
    return data.map((each, index) => ({ recordId: recordId(ids[index] as number), arrivedAtMs, data: each }));
  }

  /** What an earlier run has left. */
  left(): SourceRecord[] {
    return this.#queue.entries().map(({ id, entry }) => ({ recordId: recordId(id), ...entry }));
  }

  finish = (records: readonly SourceRecord[]): void => {
    this.#queue.remove(records.map((record) => Number(record.recordId.slice(prefix.length))));
  };

  close(): void {
    this.#queue.close();
  }
}

const prefix = '4966';

/** As long as one of AWS. */
const recordId = (id: number): string => prefix + String(id).padStart(52, '0');
