import { createHash } from 'node:crypto';

/** What Kinesis promises, in the simplest data that shows it. */
export interface ModelRecord {
  readonly number: string;
  readonly key: string;
  /** Base64. */
  readonly data: string;
  /** Undefined where time is not the test's own. */
  readonly arrivedMs: number | undefined;
}

export interface ModelShard {
  readonly id: string;
  readonly from: bigint;
  readonly to: bigint;
  readonly parents: readonly string[];
  isOpen: boolean;
  closedMs: number | undefined;
  /** All that was ever written. */
  readonly records: ModelRecord[];
  /** Up to this place records were too old at some time, and may be gone for ever. */
  gone: number;
  /** Whether the implementation has been started again since it made the shard. */
  isReopened: boolean;
}

export interface ModelStream {
  readonly name: string;
  retentionHours: number;
  shards: ModelShard[];
}

/** An iterator that a caller holds. */
export interface ModelIterator {
  readonly text: string;
  readonly stream: ModelStream;
  readonly shard: ModelShard;
  /** Of the first record that it gives, if that is kept by then. */
  readonly place: number;
  readonly madeMs: number | undefined;
}

export const hashKeys = 1n << 128n;

export const hashOf = (key: string): bigint => BigInt(`0x${createHash('md5').update(key).digest('hex')}`);

export class Model {
  readonly streams = new Map<string, ModelStream>();
  iterators: ModelIterator[] = [];
  /** Every sequence number that was ever given out, and of which stream's life it is. */
  readonly numbers = new Map<string, ModelStream>();
  /** What takes back each step that is not acknowledged, the oldest first. */
  private undo: (() => void)[] = [];

  /** Does a step that is lost if the implementation crashes before it acknowledges it. */
  step(change: () => void, takeBack: () => void): void {
    change();
    this.undo.push(takeBack);
  }

  settled(): void {
    this.undo = [];
  }

  /** The implementation was started again. */
  reopened(): void {
    for (const { shards } of this.streams.values()) for (const shard of shards) shard.isReopened = true;
  }

  crashed(): void {
    for (const takeBack of this.undo.reverse()) takeBack();
    this.undo = [];
  }

  open(stream: ModelStream): ModelShard[] {
    return stream.shards.filter(({ isOpen }) => isOpen).sort((a, b) => (a.from < b.from ? -1 : 1));
  }

  shardOf(stream: ModelStream, hash: bigint): ModelShard {
    const shard = this.open(stream).find(({ from, to }) => from <= hash && hash <= to);
    if (!shard) throw new Error(`No open shard of ${stream.name} takes ${hash}`);
    return shard;
  }

  /** The place of the first record that may still be read. */
  horizon(stream: ModelStream, shard: ModelShard, nowMs: number | undefined): number {
    if (nowMs === undefined) return 0;
    const since = nowMs - stream.retentionHours * 3_600_000;
    const first = shard.records.findIndex(({ arrivedMs = nowMs }) => arrivedMs >= since);
    return first < 0 ? shard.records.length : first;
  }

  /** Adds a record that was answered with this number; throws if the number breaks a promise. */
  append(stream: ModelStream, shard: ModelShard, record: ModelRecord): void {
    const { number } = record;
    if (!/^49\d{54}$/.test(number)) throw new Error(`${number} is no sequence number`);
    if (this.numbers.has(number)) throw new Error(`${number} is given out again`);
    const before = [shard, ...stream.shards.filter(({ id }) => shard.parents.includes(id))];
    for (const { id, records } of before) {
      const last = records.at(-1)?.number ?? '';
      if (number <= last) throw new Error(`${number} in ${shard.id} is not above ${last} in ${id}`);
    }
    this.numbers.set(number, stream);
    this.step(
      () => shard.records.push(record),
      () => shard.records.pop(),
    );
  }
}
