import { during } from '../clock.ts';
import type { LocalContext } from '../context.ts';
import type { BusEvent } from './bus-event.ts';
import { type DeliveryFailure, queueTransport } from './target-transport.ts';

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

type DeadLetterQueue = ReturnType<typeof queueTransport>;

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
  const queue = queueArn === undefined ? undefined : queueTransport(queueArn, undefined, context);
  const say = (what: string) => context.log(`${ruleArn.split('/').at(-1)}: an event for ${targetArn} ${what}`);

  const put = async (queue: DeadLetterQueue, letter: DeadLetter, stop: AbortSignal): Promise<boolean> => {
    const { event, failure, retries, exhausted } = letter;
    const attributes = {
      RULE_ARN: ruleArn,
      TARGET_ARN: targetArn,
      ERROR_CODE: failure.code,
      ERROR_MESSAGE: failure.message || failure.code,
      RETRY_ATTEMPTS: String(retries),
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: exhausted }),
    };
    for (let failures = 1; ; failures++) {
      try {
        await during(context.clock, queue.sendWith(event.text, attributes));
        return true;
      } catch (error) {
        if (failures === 1) say(`waits for its dead-letter queue: ${(error as Error).message}`);
        if (stop.aborted) return false;
        await context.clock.sleep(context.pace.retryBackoffMs(failures), stop);
      }
    }
  };

  return {
    take: async (letter, stop) => {
      if (queue && !(await put(queue, letter, stop))) return false;
      const where = queue ? 'went to the dead-letter queue' : 'was dropped, there is no dead-letter queue';
      say(`${where} (${letter.failure.code}: ${letter.failure.message})`);
      return true;
    },
    close: async () => queue?.close(),
  };
};
