/** How fast the local runtime does what AWS does at its own leisure. Nothing but waiting times depends on it. */
export interface Pace {
  /** Whether a write to a stream wakes the mappings that read it; if not, they poll. */
  readonly wakeOnWrite: boolean;
  /** Between two polls of a shard that had nothing new. */
  readonly pollIntervalMs: number;
  /**
   * At most so long from one read of a busy shard to the next, so that it brings more: a read
   * costs more than its records.
   */
  readonly gatherMs: number;
  /** At most so long a batch is held while requests wait for an environment. */
  readonly holdBatchMs: number;
  /** Before retry number `retry` (from 1) of a batch. AWS documents no figure; this is the documented choice. */
  readonly retryBackoffMs: (retry: number) => number;
  /** Before retry number `retry` (from 1) of an event that nobody waits for and that the function failed at. */
  readonly asyncRetryMs: (retry: number) => number;
  /**
   * Before an event that nobody waits for is tried again for which Lambda had no room,
   * `refusals` (from 1) times so far.
   */
  readonly asyncRefusalMs: (refusals: number) => number;
  /** How long a tumbling window that gets no more records is held open after its end. */
  readonly quietWindowMs: number;
  /** How long a buffer of a delivery stream that should wait so long does wait. */
  readonly bufferMs: (hintMs: number) => number;
  /**
   * Whether a record or an event grows older while the runtime is off. Where it doesn't, one that arrived before the
   * runtime started counts as new at the start: a maximum age gives up what fails for too long, and what waited for a
   * laptop to be switched on has not failed. A stream keeps its records no longer for that.
   */
  readonly agesWhileOff: boolean;
}

/** `firstMs`, then twice as long each time, `mostMs` at most. */
const doubling =
  (firstMs: number, mostMs: number) =>
  (retry: number): number =>
    Math.min(mostMs, firstMs * 2 ** (retry - 1));

/**
 * As on AWS: polls once a second, backs off 1, 2, 4 … 60 s, tries a failed event again after one minute and then two,
 * one that was refused after 1, 2, 4 … 300 s, holds a quiet window for two minutes, fills a buffer as long as it says,
 * counts each age from the arrival.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const awsPace: Pace = {
  wakeOnWrite: false,
  pollIntervalMs: 1_000,
  gatherMs: 0,
  holdBatchMs: 0,
  retryBackoffMs: doubling(1_000, 60_000),
  asyncRetryMs: (retry) => retry * 60_000,
  asyncRefusalMs: doubling(1_000, 300_000),
  quietWindowMs: 120_000,
  bufferMs: (hintMs) => hintMs,
  agesWhileOff: true,
};

/**
 * For a laptop: woken by the write itself, leaves a busy shard 50 ms, holds a batch for a second at most (Lambda polls
 * no more often), backs off 50, 100, 200 … 1,000 ms, holds a quiet window for half a second,
 * fills a buffer for a second, counts no age while it is off.
 */
export const laptopPace: Pace = {
  wakeOnWrite: true,
  pollIntervalMs: 1_000,
  gatherMs: 50,
  holdBatchMs: 1_000,
  retryBackoffMs: doubling(50, 1_000),
  asyncRetryMs: doubling(50, 1_000),
  asyncRefusalMs: doubling(50, 1_000),
  quietWindowMs: 500,
  bufferMs: (hintMs) => Math.min(1_000, hintMs),
  agesWhileOff: false,
};
