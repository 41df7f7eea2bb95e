import type { Storage } from '../../storage/storage.ts';
import { indexOf, upperPart } from './sequence-number.ts';
import type { Shard } from './stream.ts';
import { reopenedIndex, Tip } from './tip.ts';

/** A page of records as the members of a JSON list. */
export interface RecordPage {
  readonly json: string;
  readonly count: number;
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
  page(shard: Shard, { after, sinceMs, limit, bytes }: PageBounds): RecordPage {
    const { prefix } = shard;
    let [json, count, size] = ['', 0, 0];
    let [number, value] = [after, ''];
    for (let asked = rowsAtOnce; asked === rowsAtOnce && count < limit; ) {
      asked = 0;
      for (const [key, text] of this.storage.texts({ gt: prefix + number, lt: ceiling(prefix), limit: rowsAtOnce })) {
        asked++;
        if (count === 0 && arrivedMs(text) < sinceMs) {
          const first = this.firstSince(shard, sinceMs);
          if (first === undefined) return { json: '', count: 0, last: undefined };
          return this.page(shard, { after: justBefore(first), sinceMs: 0, limit, bytes });
        }
        size += (text.length * 3) / 4;
        if (count === limit || (count > 0 && size > bytes)) {
          asked = 0;
          break;
        }
        number = key.slice(prefix.length);
        value = text;
        json += `${count === 0 ? '' : ','}{"SequenceNumber":"${number}",${text}`;
        count++;
      }
    }
    return { json, count, last: count > 0 ? { number, arrivedMs: arrivedMs(value) } : undefined };
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

/** At a time: records may be large, and the store reads all rows that it is asked for. */
const rowsAtOnce = 32;

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
