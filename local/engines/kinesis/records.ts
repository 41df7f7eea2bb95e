import type { Storage } from '../../storage/storage.ts';
import { indexOf, upperPart } from './sequence-number.ts';
import type { Shard } from './stream.ts';
import { reopenedIndex, Tip } from './tip.ts';

/** A page of records as the members of a JSON list. */
export interface RecordPage {
  readonly json: string;
  /** The last of them. */
  readonly last: { readonly number: string; readonly arrivedMs: number } | undefined;
}

export interface PageBounds {
  /** Records with a number above this one. */
  readonly after: string;
  /** None that arrived before. */
  readonly sinceMs: number;
  readonly limit: number;
  readonly bytes: number;
  /** The largest record that the stream allows. */
  readonly largestKiB: number;
}

/**
 * The records of all shards in the store. A record's key is its shard's prefix and its sequence number, and its value
 * the JSON that `GetRecords` gives out without its first member, the number. The data stays the base64 that came.
 */
export class Records {
  private readonly storage: Storage;

  constructor(storage: Storage) {
    this.storage = storage;
  }

  /** Appends a record and answers its sequence number; `partitionKey` is JSON. */
  append(shard: Shard, nowMs: number, partitionKey: string, data: string): string {
    const tip = this.tipOf(shard);
    const number = tip.next(nowMs);
    const value = `${arrivalMember}${tip.arrivedMs / 1_000},"PartitionKey":${partitionKey},"Data":"${data}"}`;
    this.storage.put(shard.prefix + number, value);
    return number;
  }

  /** The newest end of a shard. */
  tipOf(shard: Shard): Tip {
    shard.tip ??= this.readTip(shard);
    return shard.tip;
  }

  /** Records in their order, as many as fit into the bounds, and one at least if there is any. */
  page(shard: Shard, bounds: PageBounds): RecordPage {
    const { after, sinceMs, limit, bytes } = bounds;
    let [json, count, size] = ['', 0, 0];
    let last: Entry | undefined;
    for (const entry of this.scan(shard, after, Math.min(limit, Math.ceil(kibAtOnce / bounds.largestKiB)))) {
      const [number, value] = entry;
      if (!last && arrivedMs(value) < sinceMs) {
        const first = this.firstSince(shard, sinceMs);
        if (first === undefined) break;
        return this.page(shard, { ...bounds, after: justBefore(first), sinceMs: 0 });
      }
      size += (value.length * 3) / 4;
      if (last && size > bytes) break;
      json += `${last ? ',' : ''}{"SequenceNumber":"${number}",${value}`;
      last = entry;
      if (++count === limit) break;
    }
    return { json, last: last && { number: last[0], arrivedMs: arrivedMs(last[1]) } };
  }

  /** The sequence number of the first record that arrived at or after a time; undefined if none did. */
  firstSince(shard: Shard, ms: number): string | undefined {
    const tip = this.tipOf(shard);
    if (tip.arrivedMs < ms) return undefined;
    let found: string | undefined;
    let low = BigInt(shard.stored.firstIndex);
    for (let high = tip.index + 1n; low < high; ) {
      const middle = (low + high) >> 1n;
      const [entry] = this.storage.texts({ ...from(shard, middle), limit: 1 });
      if (!entry || arrivedMs(entry[1]) >= ms) {
        high = middle;
        if (entry) found = entry[0].slice(shard.prefix.length);
      } else {
        low = indexOf(BigInt(entry[0].slice(shard.prefix.length))) + 1n;
      }
    }
    return found;
  }

  /**
   * Deletes up to `most` records that arrived before a time, the oldest first. Answers whether that is done. The number
   * of the last stays known, so that no later record has it again.
   */
  trim(shard: Shard, sinceMs: number, most: number): boolean {
    const [oldest] = this.storage.texts({ ...all(shard), limit: 1 });
    if (!oldest || arrivedMs(oldest[1]) >= sinceMs) return true;
    const first = this.firstSince(shard, sinceMs);
    const lt = first === undefined ? ceiling(shard.prefix) : shard.prefix + first;
    const keys = [...this.storage.keys({ gte: shard.prefix, lt, limit: most })];
    const last = keys.at(-1) as string;
    const lastMs = arrivedMs(this.storage.getText(last) as string);
    this.storage.deleteRange({ gte: shard.prefix, lt: `${last}\0` });
    this.storage.put(trimmedKey(shard), `${last.slice(shard.prefix.length)} ${lastMs}`);
    return keys.length < most;
  }

  /** The records after a position, so many read at a time. */
  private *scan({ prefix }: Shard, after: string, rows: number): Generator<Entry, void, undefined> {
    let gt = prefix + after;
    for (let count = rows; count === rows; ) {
      count = 0;
      for (const [key, value] of this.storage.texts({ gt, lt: ceiling(prefix), limit: rows })) {
        yield [key.slice(prefix.length), value];
        gt = key;
        count++;
      }
    }
  }

  private readTip(shard: Shard): Tip {
    const { seconds: shardSeconds, firstIndex, openedMs } = shard.stored;
    const [newest] = this.storage.texts({ ...all(shard), reverse: true, limit: 1 });
    const [number = shard.startingNumber, ms = openedMs] = newest
      ? [newest[0].slice(shard.prefix.length), arrivedMs(newest[1])]
      : (this.storage.getText(trimmedKey(shard))?.split(' ') ?? []);
    const newestIndex = indexOf(BigInt(number));
    const index = shard.isReopened ? reopenedIndex(BigInt(firstIndex), newestIndex) : newestIndex;
    return new Tip({ shardIndex: shard.index, shardSeconds, index, newest: number, arrivedMs: Number(ms) });
  }
}

type Entry = readonly [number: string, value: string];

/** As much is read at a time at most: the store reads all rows that it is asked for, however large they are. */
const kibAtOnce = 32 * 1_024;

const arrivalMember = '"ApproximateArrivalTimestamp":';
const arrivedMs = (value: string): number =>
  Math.round(Number(value.slice(arrivalMember.length, value.indexOf(',', arrivalMember.length))) * 1_000);

/** Above every number, and below every other prefix. */
const ceiling = (prefix: string): string => `${prefix}~`;
const all = ({ prefix }: Shard) => ({ gte: prefix, lt: ceiling(prefix) });
const from = ({ prefix, index, stored }: Shard, sequenceIndex: bigint) => ({
  gte: prefix + upperPart(stored.seconds, index, sequenceIndex),
  lt: ceiling(prefix),
});
const trimmedKey = ({ streamId, index }: Shard): string => `t/${streamId}/${index}`;

/** The position from which `number` is the next. */
export const justBefore = (number: string): string => String(BigInt(number) - 1n);
