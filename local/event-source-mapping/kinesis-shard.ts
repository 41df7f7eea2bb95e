import type { GetRecordsOutput, GetShardIteratorInput, KinesisClient } from '@aws-sdk/client-kinesis';
import { parseData } from './record-filter.ts';
import type { KinesisRecord } from './stream-record.ts';

/** From where to read a shard. */
export type ReadPosition = { readonly after: string } | { readonly sinceMs: number } | 'TRIM_HORIZON';

/** What one read brought. */
export interface Read {
  readonly records: readonly KinesisRecord[];
  /** The data of `records[index]` as JSON, parsed once for all mappings; undefined where it isn't JSON. */
  json(index: number): unknown;
  /** Whether more was there to read at the time. */
  readonly more: boolean;
  /** Whether the shard is closed and read to its end. */
  readonly ended: boolean;
}

/**
 * Reads one shard for all mappings of its stream: who asks for what another has just read gets the same records, so
 * that three mappings in step cost one call. Iterators are kept by position and renewed when they expire.
 */
export class KinesisShard {
  private readonly client: KinesisClient;
  private readonly streamName: string;
  private readonly shardId: string;
  private readonly iterators = new Map<string, string>();
  private readonly running = new Map<string, Promise<Chunk>>();
  private newest: Chunk | undefined;
  private writes = 0;
  private averageBytes = 2_000;

  constructor(client: KinesisClient, streamName: string, shardId: string) {
    this.client = client;
    this.streamName = streamName;
    this.shardId = shardId;
  }

  /** A record was written to the shard: what has been read may not be all. */
  written(): void {
    this.writes++;
  }

  /** What follows `position`, as much as one call brings; throws what the service throws. */
  async read(position: ReadPosition): Promise<Read> {
    const key = keyOf(position);
    const known = this.newest?.following(key, this.writes);
    if (known) return known;
    const running = this.running.get(key) ?? this.fetch(position, key).finally(() => this.running.delete(key));
    this.running.set(key, running);
    return (await running).from(0, this.writes);
  }

  /** Lets the position `sinceMs` stand for the shard's present end, to the record rather than to the millisecond. */
  async seekEnd(sinceMs: number): Promise<void> {
    this.keepIterator(keyOf({ sinceMs }), await this.newIterator({ ShardIteratorType: 'LATEST' }));
  }

  private async fetch(position: ReadPosition, key: string): Promise<Chunk> {
    const { writes } = this;
    const limit = Math.max(10, Math.min(10_000, Math.floor(callBytes / this.averageBytes)));
    const output = await this.getRecords(position, key, limit);
    const chunk = new Chunk(key, output, limit, writes);
    const last = chunk.records.at(-1);
    if (output.NextShardIterator)
      this.keepIterator(last ? keyOf({ after: last.sequenceNumber }) : key, output.NextShardIterator);
    if (last) {
      this.newest = chunk;
      this.averageBytes = Math.max(chunk.bytes / chunk.records.length, this.averageBytes * 0.9);
    }
    return chunk;
  }

  private async getRecords(position: ReadPosition, key: string, limit: number): Promise<GetRecordsOutput> {
    const { GetRecordsCommand } = await import('@aws-sdk/client-kinesis');
    const get = async (ShardIterator: string) =>
      this.client.send(new GetRecordsCommand({ ShardIterator, Limit: limit }));
    const kept = this.iterators.get(key);
    try {
      return await get(kept ?? (await this.newIterator(iteratorOf(position))));
    } catch (error) {
      if (!kept || (error as Error).name !== 'ExpiredIteratorException') throw error;
      this.iterators.delete(key);
      return get(await this.newIterator(iteratorOf(position)));
    }
  }

  private async newIterator(type: Pick<GetShardIteratorInput, 'ShardIteratorType'>): Promise<string> {
    const { GetShardIteratorCommand } = await import('@aws-sdk/client-kinesis');
    const { ShardIterator = '' } = await this.client.send(
      new GetShardIteratorCommand({ StreamName: this.streamName, ShardId: this.shardId, ...type }),
    );
    return ShardIterator;
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

/** The records of one call. */
class Chunk {
  readonly records: readonly KinesisRecord[];
  readonly bytes: number;
  private readonly key: string;
  private readonly writes: number;
  private readonly data: readonly Uint8Array[];
  private readonly parsed: unknown[] = [];
  private readonly more: boolean;
  private readonly ended: boolean;

  /** `key`: of the position read from; `writes`: the shard's count of writes when the call began. */
  constructor(key: string, output: GetRecordsOutput, limit: number, writes: number) {
    const records = output.Records ?? [];
    this.key = key;
    this.writes = writes;
    this.data = records.map(({ Data }) => Data as Uint8Array);
    this.records = records.map((record, index) => ({
      sequenceNumber: record.SequenceNumber as string,
      partitionKey: record.PartitionKey as string,
      arrivedAtMs: (record.ApproximateArrivalTimestamp as Date).getTime(),
      data: base64(this.data[index] as Uint8Array),
    }));
    this.bytes = this.records.reduce((bytes, { data }) => bytes + data.length, 0);
    this.ended = !output.NextShardIterator;
    this.more = !this.ended && (records.length >= limit || (output.MillisBehindLatest ?? 0) > 0);
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
      more: this.more || (!this.ended && this.writes < writesNow),
      ended: this.ended,
    };
  }

  private json(index: number): unknown {
    if (!(index in this.parsed)) this.parsed[index] = parseData(this.data[index] as Uint8Array);
    return this.parsed[index];
  }
}

const keyOf = (position: ReadPosition): string => {
  if (position === 'TRIM_HORIZON') return position;
  return 'after' in position ? position.after : `since ${position.sinceMs}`;
};

const iteratorOf = (position: ReadPosition) => {
  if (position === 'TRIM_HORIZON') return { ShardIteratorType: position };
  if ('sinceMs' in position)
    return { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: new Date(position.sinceMs) } as const;
  return { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: position.after } as const;
};

const base64 = (data: Uint8Array): string =>
  Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
