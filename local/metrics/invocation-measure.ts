/**
 * Why a mapping sent a batch: it had its size; its payload could not grow; its batching window was over; it has no such
 * window; the next record belongs to another tumbling window; the shard ended; a batch before it failed; or it is the
 * call that ends a tumbling window.
 */
export type SendReason = 'size' | 'payload' | 'window' | 'no window' | 'boundary' | 'shard end' | 'retry' | 'final';

/** What a mapping tells of a batch. */
export interface BatchMeasure {
  readonly records: number;
  readonly reason: SendReason;
  /** How old its last record was as it was sent; absent where there was none. */
  readonly iteratorAgeMs?: number;
}

/** One invocation, when it is over. */
export interface InvocationMeasure {
  /** When it was over: milliseconds since the epoch. */
  readonly at: number;
  /** `api`, `invoke`, or the UUID of the event source mapping. */
  readonly source: string;
  readonly batch?: BatchMeasure;
  readonly durationMs: number;
  /** Whole, as Lambda rounds it, the start included. */
  readonly billedMs: number;
  /** How long the environment took to start, where this was its first invocation. */
  readonly initMs?: number;
  /** Of its thread, so that it doesn't grow on a busy machine; the first invocation counts its start too. */
  readonly cpuMs: number;
  /** Heap and buffers of its thread, looked at once a second; the share of the platform can't be told apart. */
  readonly memoryUsedMb: number;
  /** Of the function's own connections, headers included; the first invocation counts what its start received. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly failed: boolean;
}
