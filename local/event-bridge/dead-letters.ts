import type { LocalContext } from '../context.ts';
import type { BusEvent } from './bus-event.ts';
import { openDeadLetterQueue } from './dead-letter-queue.ts';
import type { DeliveryFailure } from './target-transport.ts';

/** An event that its target will not get. */
export interface DeadLetter {
  readonly event: BusEvent;
  readonly failure: DeliveryFailure;
  readonly retries: number;
  /** Which limit of the retry policy was reached; undefined where a retry could not have helped. */
  readonly exhausted: string | undefined;
}

export interface DeadLetters {
  /** Resolves with whether the letter is done with; tries until the queue takes it, or `stop`. */
  take(letter: DeadLetter, stop: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

/** Whose letters they are. */
export interface Undelivered {
  readonly ruleArn: string;
  readonly targetArn: string;
}

/**
 * Puts what a target will not get on the SQS queue, with EventBridge's attributes; without one it is dropped, as on
 * AWS. Each is told of in one line.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export const openDeadLetters = (
  queueArn: string | undefined,
  { ruleArn, targetArn }: Undelivered,
  context: LocalContext,
): DeadLetters => {
  const queue = queueArn === undefined ? undefined : openDeadLetterQueue(queueArn, context);
  return {
    take: async ({ event, failure, retries, exhausted }, stop) => {
      const { code, message } = failure;
      const say = (what: string) =>
        context.log(`${ruleArn.split('/').at(-1)}: an event for ${targetArn} ${what} (${code}: ${message})`);
      if (!queue) {
        say('was dropped, there is no dead-letter queue');
        return true;
      }
      const attributes = {
        RULE_ARN: ruleArn,
        TARGET_ARN: targetArn,
        ERROR_CODE: code,
        ERROR_MESSAGE: message || code,
        RETRY_ATTEMPTS: String(retries),
        ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
      };
      return queue.put({ body: event.text, attributes }, say, stop);
    },
    close: async () => queue?.close(),
  };
};
