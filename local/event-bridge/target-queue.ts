import { type Clock, during } from '../clock.ts';
import type { Pace } from '../pace.ts';
import type { BusEvent } from './bus-event.ts';
import type { DeadLetters } from './dead-letters.ts';
import { InvalidInput, type TargetInput } from './target-input.ts';
import { type DeliveryFailure, failureOf, type Message, type TargetTransport } from './target-transport.ts';

/** An event on its way to one target, as it is kept. */
export interface Delivery {
  readonly target: string;
  readonly event: BusEvent;
  /** Tries that have failed so far. */
  readonly failures: number;
}

/** A delivery with the id under which it is kept. */
export interface KeptDelivery {
  readonly id: number;
  readonly delivery: Delivery;
}

export interface TargetQueueParts {
  readonly maximumRetryAttempts: number;
  readonly maximumEventAgeMs: number;
  readonly input: TargetInput;
  readonly transport: TargetTransport;
  readonly deadLetters: DeadLetters;
  /** Keeps how often the delivery has failed. */
  readonly keep: (id: number, delivery: Delivery) => void;
  /** Forgets deliveries that are done. */
  readonly forget: (ids: readonly number[]) => void;
  readonly clock: Clock;
  readonly pace: Pace;
  /** An event taken earlier has the age of one taken then: milliseconds since the epoch. */
  readonly agesFromMs: number;
}

/**
 * Hands events to one target, in calls as large as it takes. What the target could take later is tried again until the
 * retries or the age are exhausted; then, or at once where a further try can't help, the dead letters get it.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
 */
export class TargetQueue {
  readonly #parts: TargetQueueParts;
  readonly #waiting = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  #ready: KeptDelivery[] = [];
  #working: Promise<void> | undefined;

  constructor(parts: TargetQueueParts) {
    this.#parts = parts;
  }

  add(deliveries: readonly KeptDelivery[]): void {
    this.#ready.push(...deliveries);
    this.#working ??= this.#work();
  }

  /** Hands over what is ready; what waits for another try stays kept. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#working;
    await Promise.all(this.#waiting);
    await this.#parts.transport.close();
    await this.#parts.deadLetters.close();
  }

  async #work(): Promise<void> {
    await undefined; // what comes in the same turn goes out in the same call
    while (this.#ready.length > 0) await this.#deliver(this.#takeBatch());
    this.#working = undefined;
  }

  #takeBatch(): KeptDelivery[] {
    const { batchSize, batchBytes } = this.#parts.transport;
    let count = 0;
    let bytes = 0;
    for (const { delivery } of this.#ready) {
      bytes += Buffer.byteLength(delivery.event.text);
      if (count > 0 && (count === batchSize || bytes > batchBytes)) break;
      count++;
    }
    const batch = this.#ready.slice(0, count);
    this.#ready = this.#ready.slice(count);
    return batch;
  }

  async #deliver(batch: readonly KeptDelivery[]): Promise<void> {
    const messages: Message[] = [];
    const sent: KeptDelivery[] = [];
    for (const kept of batch) {
      const message = this.#messageOf(kept);
      if ('code' in message) this.#settle(kept, message);
      else {
        messages.push(message);
        sent.push(kept);
      }
    }
    if (sent.length === 0) return;
    const failures = await this.#send(messages);
    this.#parts.forget(sent.flatMap(({ id }, index) => (failures[index] ? [] : [id])));
    for (const [index, kept] of sent.entries()) {
      const failure = failures[index];
      if (failure) this.#settle(kept, failure);
    }
  }

  #messageOf({ delivery: { event } }: KeptDelivery): Message | DeliveryFailure {
    try {
      const { input, transport } = this.#parts;
      return { body: input(event), partitionKey: transport.partitionKeyOf?.(event) };
    } catch (error) {
      const isTooDeepOrLong = error instanceof RangeError; // for a parser with a reviver, or for a string
      if (!(error instanceof InvalidInput || isTooDeepOrLong)) throw error;
      return { code: 'INVALID_JSON', message: error.message, retryable: false };
    }
  }

  /** One at a time where the target refuses them together, so that one message costs its neighbours nothing. */
  async #send(messages: readonly Message[]): Promise<readonly (DeliveryFailure | undefined)[]> {
    try {
      return await during(this.#parts.clock, this.#parts.transport.send(messages));
    } catch (error) {
      const failure = failureOf(error);
      if (messages.length === 1 || failure.code !== 'SDK_CLIENT_ERROR') return messages.map(() => failure);
    }
    const failures: (DeliveryFailure | undefined)[] = [];
    for (const message of messages) failures.push(...(await this.#send([message])));
    return failures;
  }

  #settle({ id, delivery }: KeptDelivery, failure: DeliveryFailure): void {
    const waitMs = this.#parts.pace.retryBackoffMs(delivery.failures + 1);
    const exhausted = this.#exhausted(delivery, waitMs);
    if (!failure.retryable) this.#later(this.#giveUp({ id, delivery }, failure));
    else if (exhausted) this.#later(this.#giveUp({ id, delivery }, failure, exhausted));
    else {
      const next: Delivery = { ...delivery, failures: delivery.failures + 1 };
      this.#parts.keep(id, next);
      this.#later(this.#retry({ id, delivery: next }, waitMs));
    }
  }

  /** The limit that stands against a further try after `waitMs`. */
  #exhausted({ event, failures }: Delivery, waitMs: number): string | undefined {
    const { maximumRetryAttempts, maximumEventAgeMs, agesFromMs, clock } = this.#parts;
    if (failures >= maximumRetryAttempts) return 'MaximumRetryAttempts';
    const ageMs = clock.now() + waitMs - Math.max(event.takenAtMs, agesFromMs);
    return ageMs > maximumEventAgeMs ? 'MaximumEventAgeInSeconds' : undefined;
  }

  async #retry(kept: KeptDelivery, waitMs: number): Promise<void> {
    await this.#parts.clock.sleep(waitMs, this.#closing.signal);
    if (!this.#closing.signal.aborted) this.add([kept]);
  }

  async #giveUp({ id, delivery }: KeptDelivery, failure: DeliveryFailure, exhausted?: string): Promise<void> {
    const { deadLetters, forget } = this.#parts;
    const retries = delivery.failures;
    const taken = await deadLetters.take({ event: delivery.event, failure, retries, exhausted }, this.#closing.signal);
    if (taken) forget([id]);
  }

  #later(work: Promise<void>): void {
    const waiting = work.finally(() => this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
  }
}
