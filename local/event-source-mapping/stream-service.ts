import type { ShardDescent } from './shard-lineage.ts';
import type { SourceRecord } from './stream-record.ts';

/** From where to read a shard. */
export type ReadPosition = { readonly after: string } | { readonly sinceMs: number } | 'TRIM_HORIZON';

/** A shard, as both services describe theirs. */
export interface ShardDescription extends ShardDescent {
  readonly SequenceNumberRange?: { readonly EndingSequenceNumber?: string | undefined } | undefined;
}

/** What one call for records brought. */
export interface Page {
  readonly records: readonly SourceRecord[];
  /** What filters see of `records[index]`; undefined where it isn't JSON. */
  json(index: number): unknown;
  /** Where to go on; absent at the end of a closed shard. */
  readonly next: string | undefined;
  /** Whether more was there to read at the time. */
  readonly more: boolean;
}

/** One stream of Kinesis or DynamoDB, as far as mappings need it. */
export interface StreamService {
  /** The most records of one call. */
  readonly mostRecords: number;
  /** Every shard that still holds records, closed ones included. */
  listShards(): Promise<readonly ShardDescription[]>;
  /** How long the stream keeps a record, as it is set now. */
  retentionMs(): Promise<number>;
  iterator(shardId: string, position: ReadPosition): Promise<string>;
  /** The shard's present end, to the record: the position by which it is found again, and an iterator there. */
  end(shardId: string, nowMs: number): Promise<{ readonly position: KeptPosition; readonly iterator: string }>;
  getRecords(iterator: string, limit: number): Promise<Page>;
  destroy(): void;
}

/** A position that a checkpoint can hold. */
export type KeptPosition = Exclude<ReadPosition, string>;
