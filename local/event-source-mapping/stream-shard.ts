import type { WrittenToShard } from '../engines/kinesis.ts';
import { ShardTail } from './shard-tail.ts';
import type { SourceRecord } from './stream-record.ts';
import type { KeptPosition, Page, ReadPosition, StreamService } from './stream-service.ts';

/** What one read brought. */
export interface Read {
  readonly records: readonly SourceRecord[];
  /** What filters see of `records[index]`, parsed once for all mappings; undefined where it isn't JSON. */
  json(index: number): unknown;
  /** Whether more was there to read at the time. */
  readonly more: boolean;
  /** Whether the shard is closed and read to its end. */
  readonly ended: boolean;
}

/**
 * Reads one shard for all mappings of its stream: who asks for what another has just read gets the same records, so
 * that three mappings in step cost one call. Who is close behind the writers gets what the engine told of its writes,
 * without a call. Iterators are kept by position and renewed when they expire.
 */
export class StreamShard {
  private readonly service: StreamService;
  private readonly shardId: string;
  private readonly iterators = new Map<string, string>();
  private readonly running = new Map<string, Promise<Chunk>>();
  private readonly tail = new ShardTail();
  private newest: Chunk | undefined;
  private writes = 0;
  private averageBytes = 2_000;

  constructor(service: StreamService, shardId: string) {
    this.service = service;
    this.shardId = shardId;
  }

  /** Something was written to the shard, which its engine may tell: what has been read may not be all. */
  written(written?: WrittenToShard): void {
    this.writes++;
    if (written) this.tail.add(written);
  }

  /** What follows `position`, as much as one call brings; throws what the service throws. */
  async read(position: ReadPosition): Promise<Read> {
    const key = keyOf(position);
    const known = this.tail.following(key) ?? this.newest?.following(key, this.writes);
    if (known) return known;
    const running = this.running.get(key) ?? this.fetch(position, key).finally(() => this.running.delete(key));
    this.running.set(key, running);
    return (await running).from(0, this.writes);
  }

  /** Whether the position is one of this shard, and not of a shard of the same name in another stream. */
  async has(position: ReadPosition): Promise<boolean> {
    try {
      this.keepIterator(keyOf(position), await this.service.iterator(this.shardId, position));
      return true;
    } catch (error) {
      if (notOfThisStream.has((error as Error).name)) return false;
      throw error;
    }
  }

  /** The position that stands for the shard's present end, to the record. */
  async seekEnd(nowMs: number): Promise<KeptPosition> {
    const { position, iterator } = await this.service.end(this.shardId, nowMs);
    this.keepIterator(keyOf(position), iterator);
    return position;
  }

  private async fetch(position: ReadPosition, key: string): Promise<Chunk> {
    const { writes } = this;
    const limit = Math.max(10, Math.min(this.service.mostRecords, Math.floor(callBytes / this.averageBytes)));
    const page = await this.getRecords(position, key, limit);
    const chunk = new Chunk(key, page, writes);
    const last = chunk.records.at(-1);
    if (page.next) this.keepIterator(last ? keyOf({ after: last.sequenceNumber }) : key, page.next);
    if (last) {
      this.newest = chunk;
      this.averageBytes = Math.max(chunk.bytes / chunk.records.length, this.averageBytes * 0.9);
    }
    return chunk;
  }

  private async getRecords(position: ReadPosition, key: string, limit: number): Promise<Page> {
    const { service, shardId } = this;
    const kept = this.iterators.get(key);
    try {
      return await service.getRecords(kept ?? (await service.iterator(shardId, position)), limit);
    } catch (error) {
      if (!kept || !staleIterator.has((error as Error).name)) throw error;
      this.iterators.delete(key);
      return service.getRecords(await service.iterator(shardId, position), limit);
    }
  }

  private keepIterator(key: string, iterator: string): void {
    this.iterators.delete(key);
    this.iterators.set(key, iterator);
    const [oldest] = this.iterators.keys();
    if (this.iterators.size > iteratorsKept && oldest !== undefined) this.iterators.delete(oldest);
  }
}

/** About so much base64 a call; a batch is filled by several. */
const callBytes = 2_000_000;
const iteratorsKept = 32;

/** What Kinesis and DynamoDB answer to a sequence number that they never gave out. */
const notOfThisStream = new Set(['InvalidArgumentException', 'ValidationException']);

/** What an iterator that was kept for too long is answered with, or one that is ahead of a clock that was set back. */
const staleIterator = new Set(['ExpiredIteratorException', 'TrimmedDataAccessException', 'InvalidArgumentException']);

/** The records of one call. */
class Chunk {
  readonly records: readonly SourceRecord[];
  readonly bytes: number;
  private readonly key: string;
  private readonly page: Page;
  private readonly writes: number;
  private readonly parsed: unknown[] = [];
  private readonly ended: boolean;

  /** `key`: of the position read from; `writes`: the shard's count of writes when the call began. */
  constructor(key: string, page: Page, writes: number) {
    this.key = key;
    this.page = page;
    this.writes = writes;
    this.records = page.records;
    this.bytes = page.records.reduce((bytes, { data }) => bytes + data.length, 0);
    this.ended = page.next === undefined;
  }

  /** What follows the position, where this chunk holds some of it. */
  following(key: string, writesNow: number): Read | undefined {
    if (key === this.key) return this.from(0, writesNow);
    const index = this.records.findIndex(({ sequenceNumber }) => sequenceNumber === key);
    return index < 0 || index === this.records.length - 1 ? undefined : this.from(index + 1, writesNow);
  }

  /** The records from this index on. */
  from(first: number, writesNow: number): Read {
    return {
      records: first === 0 ? this.records : this.records.slice(first),
      json: (index) => this.json(first + index),
      more: !this.ended && (this.page.more || this.writes < writesNow),
      ended: this.ended,
    };
  }

  private json(index: number): unknown {
    if (!(index in this.parsed)) this.parsed[index] = this.page.json(index);
    return this.parsed[index];
  }
}

const keyOf = (position: ReadPosition): string => {
  if (position === 'TRIM_HORIZON') return position;
  return 'after' in position ? position.after : `since ${position.sinceMs}`;
};
