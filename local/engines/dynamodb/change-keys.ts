import type { Range } from '../../storage/storage.ts';
import type { StreamViewType } from './change-record.ts';

/** A table's description, as dynalite keeps it. */
export interface Table {
  readonly TableName: string;
  readonly TableArn: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly { readonly AttributeName: string }[];
  readonly GlobalSecondaryIndexes?: readonly object[];
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

/** Where the description of a stream lies: beside dynalite's own `table~`, `item-…~`, `index-…~` and `tag-…~`. */
export const streamKey = (arn: string): string => `stream~${arn}`;

/** Every stream's description. */
export const streamRange = { gt: 'stream~', lt: 'stream~\u{10ffff}' } satisfies Range;

export const recordKey = (arn: string, place: number): string => `change~${arn}~${sequenceNumberAt(place)}`;

/** Every record of a stream, in its order. */
export const recordRange = (arn: string) => ({ gt: `change~${arn}~`, lt: `change~${arn}~\u{10ffff}` }) satisfies Range;

export const placeIn = (key: string): number => placeOf(key.slice(key.lastIndexOf('~') + 1));

/** The sequence number of the record at a place, from 1: as on AWS 21 digits, here one after another. */
export const sequenceNumberAt = (place: number): string => `1${String(place).padStart(20, '0')}`;

/** The place of a sequence number; NaN where it is none. */
export const placeOf = (sequenceNumber: string): number =>
  /^1\d{20}$/.test(sequenceNumber) ? Number(sequenceNumber.slice(1)) : Number.NaN;
