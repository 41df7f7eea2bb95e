import type { Storage } from '../../storage/storage.ts';
import {
  placeIn,
  recordKey,
  recordRange,
  type StreamDescription,
  sequenceNumberAt,
  streamKey,
  streamRange,
  type Table,
} from './change-keys.ts';
import { type Change, changeBetween, recordText, type Stored } from './change-record.ts';

interface Stream {
  description: StreamDescription;
  /** The place of the newest record. */
  last: number;
}

/**
 * The items of all tables, and the changes of those with a stream. A write and its record are written in one turn, so
 * that both are stored or neither. Records are numbered in the order in which they are stored.
 */
export class ChangeLog {
  private readonly storage: Storage;
  private readonly region: string;
  private readonly written: (stream: StreamDescription) => void;
  private readonly streams = new Map<string, Stream>();
  /** The open ones, by table. */
  private readonly open = new Map<string, Stream>();

  /** The log that the store holds; calls `written` for each record once it is stored. */
  constructor(storage: Storage, region: string, written: (stream: StreamDescription) => void) {
    this.storage = storage;
    this.region = region;
    this.written = written;
    this.reload();
  }

  /** Reads the streams again; to be called when a commit failed. */
  readonly reload = (): void => {
    this.streams.clear();
    this.open.clear();
    for (const [, text] of [...this.storage.texts(streamRange)]) {
      const description = JSON.parse(text) as StreamDescription;
      const stream = { description, last: description.trimmed };
      for (const key of this.storage.keys({ ...recordRange(description.arn), reverse: true, limit: 1 }))
        stream.last = placeIn(key);
      this.streams.set(description.arn, stream);
      if (description.closedAtMs === undefined) this.open.set(description.tableName, stream);
    }
  };

  get descriptions(): readonly StreamDescription[] {
    return [...this.streams.values()].map(({ description }) => description);
  }

  describe(arn: string): StreamDescription | undefined {
    return this.streams.get(arn)?.description;
  }

  /** The place of the newest record; 0 for a stream without records. */
  lastPlace(arn: string): number {
    return this.streams.get(arn)?.last ?? 0;
  }

  /** Opens or closes the table's stream, as the table asks for from now on. */
  putTable(table: Table): void {
    const { TableName: tableName, LatestStreamArn: arn = '', LatestStreamLabel: label = '' } = table;
    const { StreamEnabled, StreamViewType: view } = table.StreamSpecification ?? {};
    const isEnabled = StreamEnabled && view !== undefined && table.TableStatus !== 'DELETING';
    const before = this.open.get(tableName);
    if (before && !(isEnabled && before.description.arn === arn)) {
      this.open.delete(tableName);
      this.store(before, { closedAtMs: Date.now() });
      this.tell(before);
    }
    if (!isEnabled || this.open.has(tableName)) return;
    const { KeySchema: keySchema } = table;
    const opened = {
      description: { arn, tableName, label, view, keySchema, createdAtMs: Date.now(), trimmed: 0 },
      last: 0,
    };
    this.open.set(tableName, opened);
    this.streams.set(arn, opened);
    this.store(opened, {});
  }

  /** Writes the item of a table, or deletes it, and records the change if the table has a stream. */
  write(tableName: string, key: string, after: Stored): void {
    const stream = this.open.get(tableName);
    if (stream) {
      const { keySchema, view } = stream.description;
      const keyNames = keySchema.map(({ AttributeName }) => AttributeName);
      const change = changeBetween(this.storage.getText(key), after, keyNames, view);
      if (change) this.append(stream, change);
    }
    if (after === undefined) this.storage.delete(key);
    else this.storage.put(key, after);
  }

  /** Resolves once all that was written before is stored; rejects if that failed. */
  settled(): Promise<void> {
    return new Promise((resolve, reject) =>
      this.storage.whenSettled((failure) => (failure ? reject(failure) : resolve())),
    );
  }

  /** The records after a place, in order, as JSON text. */
  *recordsAfter(arn: string, place: number, limit: number): Generator<{ place: number; text: string }> {
    const range = { ...recordRange(arn), gt: recordKey(arn, place), limit };
    for (const [key, value] of this.storage.texts(range)) yield { place: placeIn(key), text: value.slice(timeDigits) };
  }

  /** Forgets the records that were written before a moment, and the closed streams that have none left. */
  async trim(beforeMs: number): Promise<void> {
    for (const stream of [...this.streams.values()]) {
      const { arn } = stream.description;
      while (this.trimSome(stream, beforeMs)) await this.storage.stored();
      const { closedAtMs = Number.POSITIVE_INFINITY, trimmed } = stream.description;
      if (closedAtMs < beforeMs && trimmed === stream.last) {
        this.streams.delete(arn);
        this.storage.delete(streamKey(arn));
        await this.storage.stored();
      }
    }
  }

  /** Forgets the oldest records, as many as fit into one turn; answers whether there may be more. */
  private trimSome(stream: Stream, beforeMs: number): boolean {
    const range = { ...recordRange(stream.description.arn), limit: trimmedAtOnce };
    let newest: string | undefined;
    let count = 0;
    for (const [key, value] of this.storage.texts(range)) {
      if (Number(value.slice(0, timeDigits)) >= beforeMs) break;
      newest = key;
      count++;
    }
    if (newest === undefined) return false;
    this.storage.deleteRange({ gt: range.gt, lt: `${newest}\0` });
    this.store(stream, { trimmed: placeIn(newest) });
    return count === trimmedAtOnce;
  }

  private append(stream: Stream, change: Change): void {
    const { arn: streamArn, view } = stream.description;
    const place = ++stream.last;
    const createdAtMs = Math.floor(Date.now());
    const writtenAt = String(createdAtMs).padStart(timeDigits, '0');
    const at = { streamArn, region: this.region, view, sequenceNumber: sequenceNumberAt(place), createdAtMs };
    this.storage.put(recordKey(streamArn, place), `${writtenAt}${recordText(change, at)}`);
    this.tell(stream);
  }

  private store(stream: Stream, changed: Partial<StreamDescription>): void {
    stream.description = { ...stream.description, ...changed };
    this.storage.put(streamKey(stream.description.arn), JSON.stringify(stream.description));
  }

  private tell({ description }: Stream): void {
    this.storage.whenStored((failure) => {
      if (!failure) this.written(description);
    });
  }
}

/** The value of a record begins with the milliseconds at which it was written. */
const timeDigits = 13;
const trimmedAtOnce = 1_000;
