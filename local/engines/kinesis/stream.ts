import { randomBytes } from 'node:crypto';
import { before, type HashKey, lastHashKey, uniformStarts } from './hash-key.ts';
import type { Mode } from './members.ts';
import { lastIndex, sequenceText } from './sequence-number.ts';
import type { Tip } from './tip.ts';

/** What is stored of a shard; its records are stored apart. */
export interface StoredShard {
  /** The range of hash keys, both ends included. */
  readonly from: HashKey;
  readonly to: HashKey;
  readonly parent?: number;
  readonly adjacentParent?: number;
  /** The second of its creation, as its sequence numbers hold it: above its parents'. */
  readonly seconds: number;
  /** Its sequence numbers begin at this index. It is random, so that no other shard has the same numbers. */
  readonly firstIndex: string;
  readonly openedMs: number;
  readonly closedMs?: number;
}

export interface StoredConsumer {
  readonly name: string;
  readonly createdMs: number;
}

/** What is stored of a stream. */
export interface StoredStream {
  /** Tells a stream from another one of the same name. */
  readonly id: string;
  readonly name: string;
  readonly createdMs: number;
  readonly mode: Mode['StreamMode'];
  readonly retentionHours: number;
  readonly maxRecordKiB: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly consumers: readonly StoredConsumer[];
  readonly shards: readonly StoredShard[];
}

export class Shard {
  readonly index: number;
  readonly id: string;
  readonly stored: StoredShard;
  /** The start of its records' keys in the store. */
  readonly prefix: string;
  readonly streamId: string;
  /** Whether it was there when the store was opened: numbers may then be given out that the store has lost. */
  readonly isReopened: boolean;
  /** Read from the store at the first use. */
  tip: Tip | undefined;

  constructor(streamId: string, index: number, stored: StoredShard, isReopened: boolean) {
    this.index = index;
    this.id = shardIdOf(index);
    this.stored = stored;
    this.streamId = streamId;
    this.isReopened = isReopened;
    this.prefix = `r/${streamId}/${index}/`;
  }

  get isOpen(): boolean {
    return this.stored.closedMs === undefined;
  }

  get startingNumber(): string {
    const { seconds, firstIndex } = this.stored;
    const index = BigInt(firstIndex);
    return sequenceText({ shardSeconds: seconds, index, arrivedSeconds: seconds, shardIndex: this.index });
  }

  /** Of a closed shard. */
  get endingNumber(): string | undefined {
    const { seconds, closedMs } = this.stored;
    if (closedMs === undefined) return undefined;
    const arrivedSeconds = Math.floor(closedMs / 1_000);
    return sequenceText({ shardSeconds: seconds, index: lastIndex, arrivedSeconds, shardIndex: this.index });
  }
}

/** A stream in memory. A change makes a new one; see `Streams.change`. */
export class Stream {
  readonly stored: StoredStream;
  readonly shards: readonly Shard[];
  /** The open shards by their hash keys. */
  readonly open: readonly Shard[];

  /** `previous`: the stream before a change; undefined when it is read from the store. */
  constructor(stored: StoredStream, previous: Stream | 'new' | undefined) {
    this.stored = stored;
    this.shards = stored.shards.map((each, index) => {
      const known = previous instanceof Stream ? previous.shards[index] : undefined;
      if (known?.stored === each) return known;
      const shard = new Shard(stored.id, index, each, known?.isReopened ?? previous === undefined);
      shard.tip = known?.tip;
      return shard;
    });
    this.open = this.shards.filter(({ isOpen }) => isOpen).sort((a, b) => (a.stored.from < b.stored.from ? -1 : 1));
  }

  get name(): string {
    return this.stored.name;
  }

  get retentionMs(): number {
    return this.stored.retentionHours * 3_600_000;
  }

  /** The open shard of a hash key. */
  shardOf(key: HashKey): Shard {
    const { open } = this;
    let low = 0;
    for (let high = open.length; high - low > 1; ) {
      const middle = (low + high) >> 1;
      if ((open[middle] as Shard).stored.from <= key) low = middle;
      else high = middle;
    }
    return open[low] as Shard;
  }

  /** The shard of an id, also of one without the name or the zeros in front; undefined if there is none. */
  shard(id: string): Shard | undefined {
    const digits = /^(?:[^-]*-)?(\d{1,12})$/.exec(id)?.[1];
    return digits === undefined ? undefined : this.shards[Number(digits)];
  }
}

export const shardIdOf = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;

/** Random, and with room above it for 2^62 numbers. */
export const newFirstIndex = (): string => String(randomBytes(8).readBigUInt64BE() >> 2n);

/** The shards of a new stream, each with the same share of the hash keys. */
export const newShards = (count: number, nowMs: number): StoredShard[] => {
  const starts = uniformStarts(count);
  return starts.map((from, index) => ({
    from,
    to: index + 1 < count ? before(starts[index + 1] as HashKey) : lastHashKey,
    seconds: Math.floor(nowMs / 1_000),
    firstIndex: newFirstIndex(),
    openedMs: nowMs,
  }));
};
