import { setTimeout as sleep } from 'node:timers/promises';
import {
  InvokeCommand,
  type InvokeCommandOutput,
  type LambdaClient,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda';

/** What a function answered to a batch. */
export interface BatchAnswer {
  /** Why the whole batch failed; absent where the function answered. */
  readonly error?: string;
  /** The records that it reports as failed, by their sequence numbers. */
  readonly failed: ReadonlySet<string>;
}

/** Invokes a function with a batch as a mapping does. */
export async function invokeBatch(lambda: LambdaClient, functionName: string, event: object): Promise<BatchAnswer> {
  const answer = await invokeWhenFree(lambda, functionName, JSON.stringify(event));
  const text = Buffer.from(answer.Payload ?? []).toString();
  if (answer.FunctionError) return { error: messageOf(text), failed: new Set() };
  const { batchItemFailures } = (JSON.parse(text || '{}') ?? {}) as {
    batchItemFailures?: readonly { itemIdentifier: string }[] | null;
  };
  return { failed: new Set(batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier)) };
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
