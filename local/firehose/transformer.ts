import { randomUUID } from 'node:crypto';
import { during } from '../clock.ts';
import type { LocalContext } from '../context.ts';
import { type LocalFunction, RequestTooLarge, TooManyRequests } from '../lambda/local-function.ts';
import type { SourceRecord } from './source-record.ts';
import {
  readTransformation,
  type TransformationContext,
  type TransformationFailure,
  type Transformed,
  transformationEvent,
} from './transformation.ts';

/** What became of the records of one batch. */
export interface TransformedBatch {
  readonly results: readonly Transformed[];
  readonly attempts: number;
  readonly endedAtMs: number;
}

/**
 * Has the function transform a batch. A failed or refused invocation is tried again as often as `retries` says; then
 * every record of the batch has failed. Undefined where `stop` comes first.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
 */
export const transform = async (
  target: LocalFunction,
  records: readonly SourceRecord[],
  retries: number,
  of: TransformationContext,
  { clock, pace }: Pick<LocalContext, 'clock' | 'pace'>,
  stop: AbortSignal,
): Promise<TransformedBatch | undefined> => {
  const requestId = randomUUID();
  const payload = transformationEvent(requestId, of, records);
  for (let attempts = 1; ; attempts++) {
    const failure = await during(clock, invoke(target, payload, requestId));
    const ended = (results: readonly Transformed[]) => ({ results, attempts, endedAtMs: clock.now() });
    if (typeof failure === 'string') return ended(readTransformation(failure, records));
    if (stop.aborted) return undefined;
    if (attempts > retries) return ended(records.map(() => ({ kind: 'failed', failure })));
    await clock.sleep(pace.retryBackoffMs(attempts), stop);
  }
};

/** The payload of the response, or why there is none. */
const invoke = async (
  target: LocalFunction,
  payload: string,
  requestId: string,
): Promise<string | TransformationFailure> => {
  try {
    const { payload: answer, functionError } = await target.invoke(payload, { requestId, source: 'firehose' });
    if (!functionError) return answer;
    const { errorType } = JSON.parse(answer) as { errorType?: string };
    return errorType === 'Sandbox.Timedout' ? timedOut : functionFailed;
  } catch (error) {
    if (error instanceof TooManyRequests) return refused;
    const { message } = error as Error;
    return {
      errorCode: error instanceof RequestTooLarge ? 'Lambda.InvalidRequest' : 'Lambda.InternalError',
      errorMessage: message,
    };
  }
};

const functionFailed: TransformationFailure = {
  errorCode: 'Lambda.FunctionError',
  errorMessage: 'The Lambda function was successfully invoked but it returned an error result.',
};
const timedOut: TransformationFailure = {
  errorCode: 'Lambda.FunctionTimedOut',
  errorMessage: 'The Lambda function timed out.',
};
const refused: TransformationFailure = {
  errorCode: 'Lambda.InvokeLimitExceeded',
  errorMessage: 'The Lambda function reached its concurrency limit.',
};
