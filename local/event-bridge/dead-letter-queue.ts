import { during } from '../clock.ts';
import type { LocalContext } from '../context.ts';
import { failureOf, queueTransport } from './target-transport.ts';

/** What an SQS queue keeps of an event that came to nothing. */
interface Letter {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string | number>>;
}

export interface DeadLetterQueue {
  /**
   * Resolves with whether the letter is done with; tries until the queue takes it, or `stop`. One that the queue
   * refuses, and would refuse again, is dropped, as on AWS. `say` hears what became of the event.
   */
  put(letter: Letter, say: (what: string) => void, stop: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

export const openDeadLetterQueue = (arn: string, context: LocalContext): DeadLetterQueue => {
  const queue = queueTransport(arn, undefined, context);
  const { clock, pace } = context;
  return {
    put: async ({ body, attributes }, say, stop) => {
      for (let failures = 1; ; failures++) {
        try {
          await during(clock, queue.sendWith(body, attributes));
          say('went to the dead-letter queue');
          return true;
        } catch (error) {
          const { message, retryable } = failureOf(error);
          if (!retryable) {
            say(`was dropped, the dead-letter queue refuses it: ${message}`);
            return true;
          }
          if (failures === 1) say(`waits for the dead-letter queue: ${message}`);
          if (stop.aborted) return false;
          await clock.sleep(pace.retryBackoffMs(failures), stop);
        }
      }
    },
    close: () => queue.close(),
  };
};
