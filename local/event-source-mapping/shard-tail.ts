import type { WrittenToShard } from '../engines/kinesis.ts';
import { seenOfData } from './record-filter.ts';
import type { SourceRecord } from './stream-record.ts';
import type { Read } from './stream-shard.ts';

/** So much is kept of a shard; who is further behind asks the engine. */
const keptBytes = 1_400_000;

/** What a record takes: its data in base64, and the rest, which is most of one that is short or empty. */
const weightOf = ({ data, partitionKey }: SourceRecord): number => 300 + data.length + partitionKey.length;

/**
 * The newest records of a Kinesis shard, as its engine told of them, none left out between the oldest and the newest:
 * who has read up to one of them needs not ask the engine for the next.
 */
export class ShardTail {
  private after: string | undefined;
  private entries: Entry[] = [];
  private bytes = 0;

  add({ after, records }: WrittenToShard): void {
    if (after === undefined || after !== this.newest) {
      this.after = after;
      this.entries = [];
      this.bytes = 0;
    }
    for (const record of records) {
      this.entries.push(new Entry(record));
      this.bytes += weightOf(record);
    }
    if (this.bytes > 2 * keptBytes) this.forgetOldest();
  }

  /** All that follows a record, by its sequence number, if that is known here, and something does. */
  following(sequenceNumber: string): Read | undefined {
    const place =
      sequenceNumber === this.after
        ? -1
        : this.entries.findLastIndex(({ record }) => record.sequenceNumber === sequenceNumber);
    if (place < 0 && sequenceNumber !== this.after) return undefined;
    const entries = this.entries.slice(place + 1);
    if (entries.length === 0) return undefined;
    return {
      records: entries.map(({ record }) => record),
      json: (index) => entries[index]?.seen,
      more: false,
      ended: false,
    };
  }

  private get newest(): string | undefined {
    return this.entries.at(-1)?.record.sequenceNumber;
  }

  private forgetOldest(): void {
    let first = 0;
    for (; this.bytes > keptBytes; first++) this.bytes -= weightOf((this.entries[first] as Entry).record);
    this.after = this.entries[first - 1]?.record.sequenceNumber;
    this.entries = this.entries.slice(first);
  }
}

/** A record, its data parsed at most once, and only if a filter asks. */
class Entry {
  readonly record: SourceRecord;
  private parsed: { readonly seen: unknown } | undefined;

  constructor(record: SourceRecord) {
    this.record = record;
  }

  get seen(): unknown {
    this.parsed ??= { seen: seenOfData(Buffer.from(this.record.data, 'base64')) };
    return this.parsed.seen;
  }
}
