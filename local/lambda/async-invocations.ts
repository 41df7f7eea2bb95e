import { type Clock, during } from '../clock.ts';
import { DurableQueue } from '../durable-queue.ts';
import type { Pace } from '../pace.ts';
import { type InvokeOptions, type LocalFunction, TooManyRequests } from './local-function.ts';

const mostRetries = 2;
const longestAgeMs = 6 * 3_600_000;

/** Invocations that nobody waits for. */
export interface AsyncInvocations {
  /** Takes an event for the function, durably before it returns; its failure is the function's own to report. */
  add(target: LocalFunction, payload: string, options: InvokeOptions): void;
  /** Goes on with the events that an earlier run has taken; to be called once every function is there. */
  resume(): void;
  /** Lets the invocations that run finish; events that wait for a retry are kept with the data. */
  close(): Promise<void>;
}

export interface AsyncInvocationsOptions {
  /** The file that keeps the events. */
  readonly path: string;
  /** By ARN; those that are added later are found too. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly log: (line: string) => void;
}

/** An event on its way to a function. */
interface AsyncEvent {
  readonly functionArn: string;
  readonly payload: string;
  readonly options: InvokeOptions;
  readonly takenAtMs: number;
  readonly failures: number;
}

/**
 * Invokes as Lambda's event queue does: an event whose invocation failed is tried twice more, one that was throttled
 * until it is six hours old; then the function's dead-letter queue gets it, where there is one. AWS waits one minute
 * and then two between the tries of an event; `pace` says how long here.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const openAsyncInvocations = ({
  path,
  functions,
  clock,
  pace,
  log,
}: AsyncInvocationsOptions): AsyncInvocations => {
  const queue = new DurableQueue<AsyncEvent>(path);
  const left = queue.entries(); // before anyone can add
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();

  /** Answers whether the event is done with, one way or the other. */
  const run = async (id: number, target: LocalFunction, event: AsyncEvent): Promise<boolean> => {
    let { failures } = event;
    for (let tries = failures + 1; !closing.signal.aborted; tries++) {
      let errorCode = 200;
      let errorMessage = '';
      try {
        const { functionError, payload } = await during(clock, target.invoke(event.payload, event.options));
        if (!functionError) return true;
        errorMessage = messageOf(payload);
        if (++failures > mostRetries) return giveUp(target, event, errorCode, errorMessage);
        queue.replace(id, { ...event, failures });
      } catch (error) {
        if (closing.signal.aborted) return false;
        errorMessage = (error as Error).message;
        errorCode = error instanceof TooManyRequests ? 429 : 413;
        if (errorCode === 413) return giveUp(target, event, errorCode, errorMessage); // it can't become better
      }
      const waitMs = pace.retryBackoffMs(tries);
      if (clock.now() + waitMs - event.takenAtMs > longestAgeMs) return giveUp(target, event, errorCode, errorMessage);
      await clock.sleep(waitMs, closing.signal);
    }
    return false;
  };

  const giveUp = async (
    { deadLetters }: LocalFunction,
    { payload, options }: AsyncEvent,
    errorCode: number,
    errorMessage: string,
  ): Promise<boolean> => {
    const letter = { payload, requestId: options.requestId ?? '', errorCode, errorMessage };
    return (await deadLetters?.(letter, closing.signal)) ?? true;
  };

  const begin = (id: number, target: LocalFunction, event: AsyncEvent): void => {
    const running = run(id, target, event)
      .then((done) => done && queue.remove([id]))
      .then(() => void underWay.delete(running));
    underWay.add(running);
  };

  return {
    add(target, payload, options) {
      const { functionArn } = target;
      const event: AsyncEvent = { functionArn, payload, options, takenAtMs: clock.now(), failures: 0 };
      const [id = 0] = queue.add([event]);
      begin(id, target, event);
    },
    resume() {
      for (const { id, entry } of left) {
        const target = functions.get(entry.functionArn);
        if (target) begin(id, target, entry);
        else {
          log(`an event was dropped: its function ${entry.functionArn} is gone`);
          queue.remove([id]);
        }
      }
    },
    async close() {
      closing.abort();
      await Promise.all(underWay);
      queue.close();
    },
  };
};

/** Of the error object that a failed invocation answers; a function may throw what has a message that is no text. */
const messageOf = (payload: string): string => {
  const { errorMessage = '' } = JSON.parse(payload) as { errorMessage?: unknown };
  return String(errorMessage);
};
