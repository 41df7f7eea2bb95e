/** An event on its way to the stream. */
export interface OutgoingRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** Where a record lies. */
interface Placed {
  readonly shardId: string;
  readonly sequenceNumber: string;
}

/**
 * Why a record may not lie on the stream. After `timed-out` nobody knows; nor is it certain after the others, which only
 * tell of the last try: one before it may have put the record there, and its answer was lost.
 */
export type PutFailure = 'throttled' | 'timed-out' | 'unavailable';

export type PutOutcome = Placed | { readonly failure: PutFailure; readonly error?: unknown };

/**
 * The stream, as those write to it who put events there. Its calls throw only what sending again will not mend; a
 * record that is not answered for by the deadline is `timed-out`.
 */
export interface EventStream {
  /** Puts one record, behind the record with the sequence number `after` when it has the same key. */
  put(record: OutgoingRecord, after?: string, deadline?: AbortSignal): Promise<PutOutcome>;
  /** Puts records in no particular order; answers in theirs. */
  putAll(records: readonly OutgoingRecord[], deadline?: AbortSignal): Promise<PutOutcome[]>;
}
