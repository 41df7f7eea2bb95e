import type { Action } from './level-engine.ts';

/** A record of a page: its data in base64. */
interface PageRecord {
  readonly PartitionKey: string;
  readonly Data: string;
  /** Seconds. */
  readonly ApproximateArrivalTimestamp: number;
}

/** As much as a call brings on AWS. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html */
const pageBytes = 10 * 1_048_576;
const largestRecordBytes = 1_048_576 + 256;

const bytesOf = ({ PartitionKey, Data }: PageRecord): number => (Data.length * 3) / 4 + PartitionKey.length;

interface Lazy {
  takeWhile(isWanted: (entry: { readonly value?: Partial<PageRecord> }) => boolean): unknown;
}

interface Streams {
  lazy(stream: unknown, onError: unknown): Lazy;
}

/**
 * Has kinesalite's database end what it reads before it outgrows a page: 10,000 records of 60 KB are more than fits into
 * a text, and would end the engine.
 */
export function boundPages(database: Streams): void {
  const { lazy } = database;
  database.lazy = (stream, onError) => {
    let bytes = 0;
    return lazy(stream, onError).takeWhile(({ value }) => {
      const isFirst = bytes === 0;
      if (value?.Data !== undefined) bytes += bytesOf(value as PageRecord);
      return isFirst || bytes <= pageBytes;
    }) as Lazy;
  };
}

/** `GetRecords` that says it is behind where its page was full. */
export const fullPageBehind =
  (original: Action): Action =>
  (store, input, callback) =>
    original(store, input, (error, output) => {
      const records = (output?.Records ?? []) as readonly PageRecord[];
      const last = records.at(-1);
      const bytes = records.reduce((sum, record) => sum + bytesOf(record), 0);
      if (!last || bytes <= pageBytes - largestRecordBytes) return callback(error, output);
      const behindMs = Math.max(1, Math.round(Date.now() - last.ApproximateArrivalTimestamp * 1_000));
      callback(error, { ...output, MillisBehindLatest: behindMs });
    });
