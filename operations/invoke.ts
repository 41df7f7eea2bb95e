import { setTimeout as sleep } from 'node:timers/promises';
import { InvokeCommand, type LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';

/** What a function answered to a batch. */
export interface BatchAnswer {
  /** Why the whole batch failed; absent where the function answered. */
  readonly error?: string;
  /** The records that it reports as failed, by their sequence numbers. */
  readonly failed: ReadonlySet<string>;
}

/** Invokes a function with a batch as a mapping does; waits while others have its concurrency. */
export async function invokeBatch(lambda: LambdaClient, functionName: string, event: object): Promise<BatchAnswer> {
  const Payload = JSON.stringify(event);
  for (let backoffMs = 200; ; backoffMs = Math.min(10_000, 2 * backoffMs)) {
    try {
      const answer = await lambda.send(new InvokeCommand({ FunctionName: functionName, Payload }));
      const text = Buffer.from(answer.Payload ?? []).toString();
      if (answer.FunctionError) return { error: messageOf(text), failed: new Set() };
      const { batchItemFailures } = (JSON.parse(text || '{}') ?? {}) as {
        batchItemFailures?: readonly { itemIdentifier: string }[] | null;
      };
      return { failed: new Set(batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier)) };
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
