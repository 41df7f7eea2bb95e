import type { Condition } from './mapping-settings.ts';
import type { StreamRecord } from './stream-record.ts';

/** Records that are handed to the function together, and how often that has been tried. */
export interface Attempt<R> {
  readonly records: readonly R[];
  /** Invocations so far that the function took part in. */
  readonly invocations: number;
  /** Refusals (429, service error) in a row. */
  readonly refusals: number;
}

/** What became of one try. */
export type Outcome =
  | { readonly kind: 'success' }
  /** The function answered, and reported the record at this index as the lowest failure. */
  | { readonly kind: 'reported'; readonly failedFrom: number }
  /** The function threw, timed out, exited or answered too much. */
  | { readonly kind: 'function-error' }
  /** It was not invoked: throttled, or Lambda itself failed. */
  | { readonly kind: 'refused' }
  /** It was not invoked, and never could be: the payload is larger than Lambda takes. */
  | { readonly kind: 'too-large' };

/** What decides how long a batch is tried. */
export interface AttemptLimits {
  /** -1: until the record is too old. */
  readonly maximumRetryAttempts: number;
  readonly maximumRecordAgeMs: number;
  /** A record that arrived before this moment has the age of one that arrived then: milliseconds since the epoch. */
  readonly agesFromMs: number;
  /** How long after its arrival the stream keeps a record: it is tried no longer, whatever its age. */
  readonly retentionMs: number;
  readonly bisectBatchOnFunctionError: boolean;
}

/** Records given up, on their way to the on-failure destination. */
export interface SetAside<R> {
  readonly records: readonly R[];
  readonly condition: Condition;
  readonly approximateInvokeCount: number;
  /** `null` where the function answered; absent where no answer is told of (RecordAgeExceeded). */
  readonly functionError?: 'Unhandled' | null;
}

/** What follows from a try. */
export interface Verdict<R> {
  /** How many records, from the front, the function has dealt with. */
  readonly handled: number;
  readonly setAside?: SetAside<R>;
  /** What is tried next, in this order. */
  readonly remaining: readonly Attempt<R>[];
  /** Before that, the pause that belongs to this retry (from 1); absent: none. */
  readonly pauseOfRetry?: number;
}

export const firstAttempt = <R>(records: readonly R[]): Attempt<R> => ({ records, invocations: 0, refusals: 0 });

/**
 * What follows from a try.
 *
 * Progress makes a new batch with a count of its own; a function error halves the batch where bisecting is on (the
 * first half is the smaller one, each half starts to count anew); a refusal spends no retry; the try after the last
 * retry sets the batch aside.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export const settle = <R>(attempt: Attempt<R>, outcome: Outcome, limits: AttemptLimits): Verdict<R> => {
  const { records } = attempt;
  if (outcome.kind === 'success') return { handled: records.length, remaining: [] };
  if (outcome.kind === 'refused') {
    const refusals = attempt.refusals + 1;
    return { handled: 0, remaining: [{ ...attempt, refusals }], pauseOfRetry: refusals };
  }
  if (outcome.kind === 'reported' && outcome.failedFrom > 0)
    return {
      handled: outcome.failedFrom,
      remaining: [firstAttempt(records.slice(outcome.failedFrom))],
      pauseOfRetry: 1,
    };
  if (outcome.kind === 'function-error' && limits.bisectBatchOnFunctionError && records.length > 1) {
    const middle = records.length >> 1;
    return {
      handled: 0,
      remaining: [firstAttempt(records.slice(0, middle)), firstAttempt(records.slice(middle))],
      pauseOfRetry: 1,
    };
  }
  const invocations = attempt.invocations + 1;
  const outOfRetries = limits.maximumRetryAttempts >= 0 && invocations > limits.maximumRetryAttempts;
  if (outOfRetries || outcome.kind === 'too-large')
    return { handled: 0, setAside: exhausted(records, invocations, outcome), remaining: [] };
  return { handled: 0, remaining: [{ records, invocations, refusals: 0 }], pauseOfRetry: invocations };
};

const exhausted = <R>(records: readonly R[], invocations: number, outcome: Outcome): SetAside<R> => ({
  records,
  condition: 'RetryAttemptsExhausted',
  approximateInvokeCount: invocations,
  functionError: outcome.kind === 'function-error' ? 'Unhandled' : null,
});

/**
 * Parts the records that outlived the maximum age from those that may still be tried; asked before each try, the first
 * included. Runs of neighbours are set aside together.
 */
export const expire = <R extends StreamRecord>(
  attempt: Attempt<R>,
  limits: AttemptLimits,
  nowMs: number,
): { readonly expired: readonly SetAside<R>[]; readonly fresh: Attempt<R> } => {
  const tooOld = ({ arrivedAtMs }: R) =>
    nowMs - Math.max(arrivedAtMs, limits.agesFromMs) > limits.maximumRecordAgeMs ||
    nowMs - arrivedAtMs > limits.retentionMs;
  if (!attempt.records.some(tooOld)) return { expired: [], fresh: attempt };
  const runs: R[][] = [];
  const fresh: R[] = [];
  let inRun = false;
  for (const record of attempt.records) {
    const old = tooOld(record);
    if (!old) fresh.push(record);
    else if (inRun) runs.at(-1)?.push(record);
    else runs.push([record]);
    inRun = old;
  }
  const approximateInvokeCount = Math.max(1, attempt.invocations);
  return {
    expired: runs.map((records) => ({ records, condition: 'RecordAgeExceeded', approximateInvokeCount })),
    fresh: { ...attempt, records: fresh },
  };
};
