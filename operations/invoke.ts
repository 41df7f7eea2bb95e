import { setTimeout as sleep } from 'node:timers/promises';
import {
  InvokeCommand,
  type InvokeCommandOutput,
  type LambdaClient,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';

/** What a function made of a batch. */
export interface BatchAnswer {
  /** How many records from the first on are done. */
  readonly done: number;
  /** What stood in the way of the next; undefined where all are done. */
  readonly error?: string;
}

/**
 * Invokes a function with a batch as a mapping does: what it reports as failed is not done, nor is what follows that,
 * nor anything at all where it reports a record that it wasn't given. `sequenceNumbers` are those of the event's
 * records.
 */
export async function invokeBatch(
  lambda: LambdaClient,
  functionName: string,
  event: object,
  sequenceNumbers: readonly string[],
): Promise<BatchAnswer> {
  const answer = await invokeWhenFree(lambda, functionName, JSON.stringify(event));
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError) return { done: 0, error: messageOf(text) };
  const { batchItemFailures } = (JSON.parse(text || '{}') ?? {}) as {
    batchItemFailures?: readonly { itemIdentifier: string }[] | null;
  };
  if (!batchItemFailures?.length) return { done: sequenceNumbers.length };
  const places = batchItemFailures.map(({ itemIdentifier }) => sequenceNumbers.indexOf(itemIdentifier));
  return { done: Math.max(0, Math.min(...places)), error: 'the function reports it as failed' };
}

/** Invokes a function; waits while others have its concurrency. */
export async function invokeWhenFree(
  lambda: LambdaClient,
  FunctionName: string,
  Payload: string,
): Promise<InvokeCommandOutput> {
  for (let backoffMs = 200; ; backoffMs = Math.min(10_000, 2 * backoffMs)) {
    try {
      return await lambda.send(new InvokeCommand({ FunctionName, Payload }));
    } catch (error) {
      if (!(error instanceof TooManyRequestsException)) throw error;
      await sleep(backoffMs);
    }
  }
}

const messageOf = (payload: string): string => {
  try {
    const { errorType = 'Error', errorMessage = '' } = JSON.parse(payload) as Record<string, string>;
    return `${errorType}: ${errorMessage}`;
  } catch {
    return payload;
  }
};
