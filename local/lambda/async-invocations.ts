import { type Clock, during } from '../clock.ts';
import { DurableQueue } from '../durable-queue.ts';
import type { Pace } from '../pace.ts';
import {
  type GivenUp,
  type InvokeOptions,
  type LocalFunction,
  RequestTooLarge,
  TooManyRequests,
} from './local-function.ts';
import { Turns } from './turns.ts';

const mostRetries = 2;
const longestAgeMs = 6 * 3_600_000;

/** Invocations that nobody waits for. */
export interface AsyncInvocations {
  /** Takes an event for the function, durably before it returns; its failure is the function's own to report. */
  add(target: LocalFunction, payload: string, options: InvokeOptions): void;
  /** Goes on with the events that an earlier run has taken; to be called once every function is there. */
  resume(): void;
  /**
   * What a function calls may be closed from now on, so a failure uses up no try any more: the event is kept with the
   * data. One that comes now is tried once.
   */
  beginClosing(): void;
  /** Lets the invocations that run finish; events that wait for their turn or for a retry are kept with the data. */
  close(): Promise<void>;
}

export interface AsyncInvocationsOptions {
  /** The file that keeps the events. */
  readonly path: string;
  /** By ARN; those that are added later are found too. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  /** So many events at a time are with one function: more would stand before the requests that it answers. */
  readonly atOnce: number;
  readonly clock: Clock;
  readonly pace: Pace;
  /** An event taken earlier has the age of one taken then: milliseconds since the epoch. */
  readonly agesFromMs: number;
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

/** Why an invocation came to nothing. */
type Fault = Pick<GivenUp, 'errorCode' | 'errorMessage'>;

/**
 * Invokes as Lambda's event queue does: an event whose invocation failed is tried twice more, one that the function
 * never got, for a throttle or an error of Lambda's own, until it is six hours old; then the function's dead-letter
 * queue gets it, where there is one. `pace` says how long it waits between the tries of an event.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
export const openAsyncInvocations = ({
  path,
  functions,
  atOnce,
  clock,
  pace,
  agesFromMs,
  log,
}: AsyncInvocationsOptions): AsyncInvocations => {
  const queue = new DurableQueue<AsyncEvent>(path);
  const left = queue.entries(); // before anyone can add
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  const turns = new Map<string, Turns>();

  /** Answers whether the event is done with, one way or the other. */
  const run = async (id: number, target: LocalFunction, event: AsyncEvent): Promise<boolean> => {
    let { failures } = event;
    const turn = turnsOf(target);
    for (let refusals = 0; ; ) {
      if (!(await turn.take())) return false;
      const fault = await invoke(target, event);
      turn.leave();
      if (!fault) return true;
      if (fault.errorCode === 413) return giveUp(target, event, fault); // it can't become better
      if (closing.signal.aborted) return false; // what it needed may have been closed by then
      const failed = fault.errorCode === 200;
      if (failed && failures === mostRetries) return giveUp(target, event, fault);
      if (failed) note(target, () => queue.replace(id, { ...event, failures: failures + 1 }));
      const waitMs = failed ? pace.asyncRetryMs(++failures) : pace.asyncRefusalMs(++refusals);
      if (clock.now() + waitMs - Math.max(event.takenAtMs, agesFromMs) > longestAgeMs)
        return giveUp(target, event, fault);
      await clock.sleep(waitMs, closing.signal);
      if (closing.signal.aborted) return false;
    }
  };

  const turnsOf = ({ functionArn }: LocalFunction): Turns => {
    const known = turns.get(functionArn) ?? new Turns(atOnce);
    turns.set(functionArn, known);
    return known;
  };

  const beginClosing = (): void => {
    closing.abort();
    for (const each of turns.values()) each.end();
  };

  const invoke = async (target: LocalFunction, event: AsyncEvent): Promise<Fault | undefined> => {
    try {
      const { functionError, payload } = await during(clock, target.invoke(event.payload, event.options));
      return functionError && { errorCode: 200, errorMessage: messageOf(payload) };
    } catch (error) {
      return { errorCode: statusOf(error), errorMessage: (error as Error).message };
    }
  };

  const giveUp = async ({ deadLetters }: LocalFunction, { payload, options }: AsyncEvent, fault: Fault) =>
    deadLetters?.({ payload, requestId: options.requestId ?? '', ...fault }, closing.signal) ?? true;

  /** What can't be written costs the next run a try more, and no event. */
  const note = ({ functionName }: LocalFunction, write: () => void): void => {
    try {
      write();
    } catch (error) {
      log(`${functionName}: what became of an event could not be noted: ${(error as Error).message}`);
    }
  };

  const begin = (id: number, target: LocalFunction, event: AsyncEvent): void => {
    const running = run(id, target, event)
      .then((done) => done && note(target, () => queue.remove([id])))
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
    beginClosing,
    async close() {
      beginClosing();
      await Promise.all(underWay);
      queue.close();
    },
  };
};

/** What Lambda would have answered to a caller that waits. */
const statusOf = (error: unknown): number => {
  if (error instanceof TooManyRequests) return 429;
  return error instanceof RequestTooLarge ? 413 : 500;
};

/** Of the error object that a failed invocation answers; a function may throw what has a message that is no text. */
const messageOf = (payload: string): string => {
  const { errorMessage = '' } = JSON.parse(payload) as { errorMessage?: unknown };
  return String(errorMessage);
};
