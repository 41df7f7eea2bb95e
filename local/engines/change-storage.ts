import type { Stored, StreamViewType } from './change-record.ts';

/** A table's description, as dynalite keeps it. */
export interface Table {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  StreamSpecification?: StreamSpecification | undefined;
  LatestStreamArn?: string;
  LatestStreamLabel?: string;
}

export interface StreamSpecification {
  readonly StreamEnabled?: boolean;
  readonly StreamViewType?: StreamViewType;
}

/** What is kept of a stream beside its records. */
export interface StreamDescription {
  readonly arn: string;
  readonly tableName: string;
  readonly label: string;
  readonly view: StreamViewType;
  readonly keySchema: Table['KeySchema'];
  readonly createdAtMs: number;
  /** When the stream was switched off or its table deleted; records that it holds are still given out. */
  readonly closedAtMs?: number;
  /** The place of the last record that is gone for its age; places count from 1. */
  readonly trimmed: number;
}

/** A stream has one shard, which never splits. */
export const shardIdOf = ({ createdAtMs }: StreamDescription): string =>
  `shardId-${String(createdAtMs).padStart(20, '0')}-00000000`;

export interface Operation {
  readonly type: 'put' | 'del';
  readonly key: string;
  readonly value?: unknown;
  readonly valueEncoding?: 'utf8';
}

export interface Range {
  readonly gt: string;
  readonly lt: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** The part of dynalite's Level database that the change log uses. */
export interface ItemDatabase {
  put(key: string, value: unknown, callback: (error?: unknown) => void): void;
  del(key: string, callback: (error?: unknown) => void): void;
  batch(operations: readonly Operation[]): Promise<void>;
  getSync(key: string, options: { readonly valueEncoding: 'utf8' }): Stored;
  iterator(range: Range & { readonly valueEncoding: 'utf8' }): AsyncIterable<[string, string]>;
}

/** Where the description of a stream lies: beside dynalite's own `table~`, `item-…~`, `index-…~` and `tag-…~`. */
export const streamKey = (arn: string): string => `stream~${arn}`;

/** Every stream's description. */
export const streamRange: Range = { gt: 'stream~', lt: 'stream~\xff' };

export const recordKey = (arn: string, place: number): string => `change~${arn}~${sequenceNumberAt(place)}`;

/** Every record of a stream, in its order. */
export const recordRange = (arn: string): Range => ({ gt: `change~${arn}~`, lt: `change~${arn}~\xff` });

export const placeIn = (key: string): number => placeOf(key.slice(key.lastIndexOf('~') + 1));

/** The sequence number of the record at a place, from 1: as on AWS 21 digits, here one after another. */
export const sequenceNumberAt = (place: number): string => `1${String(place).padStart(20, '0')}`;

/** The place of a sequence number; NaN where it is none. */
export const placeOf = (sequenceNumber: string): number =>
  /^1\d{20}$/.test(sequenceNumber) ? Number(sequenceNumber.slice(1)) : Number.NaN;
