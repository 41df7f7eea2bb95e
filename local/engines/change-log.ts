import { type Change, changeBetween, recordText, type Stored } from './change-record.ts';
import {
  type ItemDatabase,
  type Operation,
  placeIn,
  type Range,
  recordKey,
  recordRange,
  type StreamDescription,
  sequenceNumberAt,
  streamKey,
  streamRange,
  type Table,
} from './change-storage.ts';

interface Stream {
  description: StreamDescription;
  /** The place of the newest record. */
  last: number;
  /** Whether every record that it will ever have is stored. */
  ended: boolean;
}

interface Commit {
  /** Called when its turn has come, so that records are numbered in the order in which they are stored. */
  readonly operations: () => readonly Operation[];
  readonly done: (error?: unknown) => void;
}

/**
 * The changes of all tables with a stream, kept in the database of the tables themselves: a write and its record are
 * one batch, stored whole or not at all. Batches follow each other, each with all that came in during the last; so a
 * reader that has seen a record has seen every earlier one, and many writes go to the disk's thread at once.
 */
export class ChangeLog {
  private readonly db: ItemDatabase;
  private readonly region: string;
  private readonly written: (stream: StreamDescription) => void;
  private readonly streams = new Map<string, Stream>();
  /** The open ones, by table. */
  private readonly open = new Map<string, Stream>();
  private waiting: Commit[] = [];
  private committing = false;

  private constructor(db: ItemDatabase, region: string, written: (stream: StreamDescription) => void) {
    this.db = db;
    this.region = region;
    this.written = written;
  }

  /** The log that the database holds; `written` hears of each stream soon after a record of it is stored. */
  static async over(
    db: ItemDatabase,
    region: string,
    written: (stream: StreamDescription) => void,
  ): Promise<ChangeLog> {
    const log = new ChangeLog(db, region, written);
    for await (const [, text] of log.read(streamRange)) {
      const description = JSON.parse(text) as StreamDescription;
      const stream = { description, last: description.trimmed, ended: description.closedAtMs !== undefined };
      for await (const [key] of log.read({ ...recordRange(description.arn), reverse: true, limit: 1 }))
        stream.last = placeIn(key);
      log.streams.set(description.arn, stream);
      if (!stream.ended) log.open.set(description.tableName, stream);
    }
    return log;
  }

  get descriptions(): readonly StreamDescription[] {
    return [...this.streams.values()].map(({ description }) => description);
  }

  describe(arn: string): StreamDescription | undefined {
    return this.streams.get(arn)?.description;
  }

  /** The place of the newest record; that before the first where there is none. */
  lastPlace(arn: string): number {
    return this.streams.get(arn)?.last ?? 0;
  }

  /** Whether the stream is closed, and all that it took before is stored. */
  hasEnded(arn: string): boolean {
    return this.streams.get(arn)?.ended ?? true;
  }

  /** Stores what the table is from now on, and opens or closes its stream with it. */
  putTable(put: Operation, table: Table, done: Commit['done']): void {
    const { TableName: tableName, LatestStreamArn: arn = '', LatestStreamLabel: label = '' } = table;
    const { StreamEnabled, StreamViewType: view } = table.StreamSpecification ?? {};
    const enabled = StreamEnabled && view !== undefined && table.TableStatus !== 'DELETING';
    const before = this.open.get(tableName);
    const closing = before && !(enabled && before.description.arn === arn) ? before : undefined;
    if (closing) {
      closing.description = { ...closing.description, closedAtMs: Date.now() };
      this.open.delete(tableName);
    }
    let opening: Stream | undefined;
    if (enabled && !this.open.has(tableName)) {
      const { KeySchema: keySchema } = table;
      const description = { arn, tableName, label, view, keySchema, createdAtMs: Date.now(), trimmed: 0 };
      opening = { description, last: 0, ended: false };
      this.open.set(tableName, opening);
      this.streams.set(arn, opening);
    }
    this.commit({
      operations: () => [put, ...[closing, opening].flatMap((stream) => (stream ? [described(stream)] : []))],
      done: (error) => {
        if (closing) closing.ended = true;
        if (closing) this.written(closing.description);
        done(error);
      },
    });
  }

  /**
   * Stores what lies under a key, or removes it; where that is an item of a table with a stream, together with the
   * record of what it changes.
   */
  write(tableName: string | undefined, key: string, after: Stored, done: Commit['done']): void {
    const operation: Operation =
      after === undefined ? { type: 'del', key } : { type: 'put', key, value: after, ...text };
    const stream = tableName === undefined ? undefined : this.open.get(tableName);
    const change = stream && this.changeOf(stream, key, after);
    this.commit({
      operations: () => (change ? [operation, this.append(stream, change)] : [operation]),
      done: (error) => {
        if (change && !error) this.written(stream.description);
        done(error);
      },
    });
  }

  /** The records after a place, in order, as JSON text. */
  async *recordsAfter(arn: string, place: number, limit: number): AsyncGenerator<{ place: number; text: string }> {
    const range = { ...recordRange(arn), gt: recordKey(arn, place), limit };
    for await (const [key, value] of this.read(range)) yield { place: placeIn(key), text: value.slice(timeDigits) };
  }

  /** Forgets the records that were written before a moment, and the closed streams that have none left. */
  async trim(beforeMs: number): Promise<void> {
    for (const stream of [...this.streams.values()]) {
      const { arn } = stream.description;
      const keys: string[] = [];
      for await (const [key, value] of this.read(recordRange(arn))) {
        if (Number(value.slice(0, timeDigits)) >= beforeMs) break;
        keys.push(key);
      }
      if (keys.length > 0) {
        stream.description = { ...stream.description, trimmed: placeIn(keys.at(-1) as string) };
        await this.committed(() => [described(stream), ...keys.map((key) => ({ type: 'del', key }) as const)]);
      }
      const { closedAtMs = Number.POSITIVE_INFINITY, trimmed } = stream.description;
      if (closedAtMs < beforeMs && trimmed === stream.last) {
        this.streams.delete(arn);
        await this.committed(() => [{ type: 'del', key: streamKey(arn) }]);
      }
    }
  }

  private changeOf({ description }: Stream, key: string, after: Stored): Change | undefined {
    const keyNames = description.keySchema.map(({ AttributeName }) => AttributeName);
    return changeBetween(this.db.getSync(key, text), after, keyNames, description.view);
  }

  private append(stream: Stream, change: Change): Operation {
    const { arn: streamArn, view } = stream.description;
    const place = ++stream.last;
    const createdAtMs = Math.floor(Date.now());
    const writtenAt = String(createdAtMs).padStart(timeDigits, '0');
    const at = { streamArn, region: this.region, view, sequenceNumber: sequenceNumberAt(place), createdAtMs };
    return { type: 'put', key: recordKey(streamArn, place), value: `${writtenAt}${recordText(change, at)}`, ...text };
  }

  private committed(operations: Commit['operations']): Promise<void> {
    return new Promise((resolve, reject) => {
      this.commit({ operations, done: (error) => (error ? reject(error) : resolve()) });
    });
  }

  private commit(commit: Commit): void {
    this.waiting.push(commit);
    if (!this.committing) void this.commitAll();
  }

  private async commitAll(): Promise<void> {
    this.committing = true;
    while (this.waiting.length > 0) {
      const commits = this.waiting;
      this.waiting = [];
      let failure: unknown;
      try {
        await this.db.batch(commits.flatMap(({ operations }) => operations()));
      } catch (error) {
        failure = error;
      }
      for (const { done } of commits) setImmediate(done, failure);
    }
    this.committing = false;
  }

  private read(range: Range): AsyncIterable<[string, string]> {
    return this.db.iterator({ ...range, ...text });
  }
}

/** The value of a record begins with the milliseconds at which it was written. */
const timeDigits = 13;

const text = { valueEncoding: 'utf8' } as const;

const described = ({ description }: Stream): Operation => ({
  type: 'put',
  key: streamKey(description.arn),
  value: JSON.stringify(description),
  ...text,
});
