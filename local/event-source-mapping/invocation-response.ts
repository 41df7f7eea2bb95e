import type { InvokeResult } from '../lambda/local-function.ts';
import type { Outcome } from './attempt.ts';
import type { StreamRecord } from './stream-record.ts';

/** What a mapping reads from the function's answer. */
export interface InvocationResponse {
  readonly outcome: Outcome;
  /** The window's new state, as JSON text; only where windows are on and the function answered with one. */
  readonly state?: string;
}

const success: InvocationResponse = { outcome: { kind: 'success' } };
const functionError: InvocationResponse = { outcome: { kind: 'function-error' } };
const nothingHandled: Outcome = { kind: 'reported', failedFrom: 0 };

/**
 * Reads the answer to a batch.
 *
 * Partial failures count only where `ReportBatchItemFailures` is on: the lowest reported sequence number is where the
 * batch goes on; an identifier that is empty, null, misspelt or not of this batch fails the whole of it; no list at all
 * is success. With windows an answer without a `state` object is a failed invocation.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
 */
export const readResponse = (
  result: InvokeResult,
  records: readonly StreamRecord[],
  options: { readonly reportBatchItemFailures: boolean; readonly windows: boolean },
): InvocationResponse => {
  if (result.functionError) return functionError;
  if (!options.reportBatchItemFailures && !options.windows) return success;
  const response = parse(result.payload);
  const state = options.windows ? stateOf(response) : undefined;
  if (options.windows && state === undefined) return functionError;
  const outcome = options.reportBatchItemFailures ? reported(response, records) : success.outcome;
  return state === undefined ? { outcome } : { outcome, state };
};

const reported = (response: unknown, records: readonly StreamRecord[]): Outcome => {
  if (response === null || response === undefined || response === '') return success.outcome;
  if (typeof response !== 'object' || Array.isArray(response)) return nothingHandled; // unreadable is not success
  const failures = (response as { batchItemFailures?: unknown }).batchItemFailures;
  if (failures === null || failures === undefined) return success.outcome;
  if (!Array.isArray(failures)) return nothingHandled;
  if (failures.length === 0) return success.outcome;
  const indexes = new Map(records.map(({ sequenceNumber }, index) => [sequenceNumber, index]));
  let failedFrom = records.length;
  for (const failure of failures) {
    const index = indexes.get((failure as { itemIdentifier?: string } | null)?.itemIdentifier ?? '');
    if (index === undefined) return nothingHandled;
    failedFrom = Math.min(failedFrom, index); // records ascend, so the lowest index is the lowest number
  }
  return { kind: 'reported', failedFrom };
};

const stateOf = (response: unknown): string | undefined => {
  const state = typeof response === 'object' && response !== null ? (response as { state?: unknown }).state : undefined;
  return typeof state === 'object' && state !== null && !Array.isArray(state) ? JSON.stringify(state) : undefined;
};

const parse = (payload: string): unknown => {
  if (payload === '') return undefined;
  try {
    return JSON.parse(payload);
  } catch {
    return false;
  }
};
