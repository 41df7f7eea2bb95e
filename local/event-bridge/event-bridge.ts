import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { LocalContext } from '../context.ts';
import { DurableQueue } from '../durable-queue.ts';
import { InvalidEventPattern } from '../event-pattern/invalid-event-pattern.ts';
import type { EventPattern } from '../event-pattern/pattern.ts';
import { compilePattern } from '../event-pattern/pattern.ts';
import { type JsonObject, ServiceError, startJsonService, validationError } from '../json-service.ts';
import { type RefusedEntry, readPutEvents, type TakenEntry } from './put-events.ts';
import type { Delivery, KeptDelivery, TargetQueue } from './target-queue.ts';

/** A rule of a bus. */
export interface Rule {
  readonly matches: EventPattern;
  /** By the name under which their deliveries are kept. */
  readonly targets: ReadonlyMap<string, TargetQueue>;
}

/**
 * The event buses of one runtime, and their API: `PutEvents` and `TestEventPattern`. What `PutEvents` has answered is
 * kept with the data until each target of each matching rule took it, or its dead letters did.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/
 */
export class EventBridge {
  readonly #context: LocalContext;
  readonly #deliveries: DurableQueue<Delivery>;
  readonly #buses = new Map<string, Set<Rule>>([['default', new Set()]]);
  readonly #targets = new Map<string, TargetQueue>();
  /** What an earlier run has kept. */
  readonly #left: KeptDelivery[];

  private constructor(context: LocalContext) {
    this.#context = context;
    this.#deliveries = new DurableQueue(join(context.dataDir, 'eventbridge.sqlite'));
    this.#left = this.#deliveries.entries().map(({ id, entry }) => ({ id, delivery: entry })); // before anyone can put
  }

  /** Of this runtime; it begins to answer when the first resource asks for it. */
  static of(context: LocalContext): Promise<EventBridge> {
    const known = ofContext.get(context) ?? EventBridge.#start(context);
    ofContext.set(context, known);
    return known;
  }

  static async #start(context: LocalContext): Promise<EventBridge> {
    const bridge = new EventBridge(context);
    const server = await startJsonService({
      service: 'events',
      targetPrefix: 'AWSEvents',
      actions: { PutEvents: (input) => bridge.#putEvents(input), TestEventPattern: testEventPattern },
      limitBytes: 8_000_000, // escapes may double what the entries take
      keys: context.principals.keys,
      calls: context.metrics.calls,
      region: context.region,
    });
    context.serve('eventbridge', {
      url: server.url,
      close: async () => {
        await server.close();
        await bridge.#close();
      },
    });
    context.whenCreated(() => bridge.#resume());
    return bridge;
  }

  addBus(name: string): void {
    this.#buses.set(name, new Set());
  }

  /** False where there is no such bus. */
  addRule(busName: string, rule: Rule): boolean {
    const rules = this.#buses.get(busName);
    if (!rules) return false;
    rules.add(rule);
    for (const [name, target] of rule.targets) this.#targets.set(name, target);
    return true;
  }

  keep = (id: number, delivery: Delivery): void => this.#deliveries.replace(id, delivery);

  forget = (ids: readonly number[]): void => this.#deliveries.remove(ids);

  #putEvents(input: JsonObject): object {
    const { region, accountId, clock } = this.#context;
    const results = readPutEvents(input, { region, accountId, nowMs: clock.now(), newId: randomUUID });
    const taken = results.filter((result) => 'envelope' in result);
    this.#route(taken);
    return {
      FailedEntryCount: results.length - taken.length,
      Entries: results.map((result) => ('envelope' in result ? { EventId: result.envelope.id } : refused(result))),
    };
  }

  /** All that the request causes is kept before any of it goes out. */
  #route(entries: readonly TakenEntry[]): void {
    const deliveries = entries.flatMap(({ bus, envelope, text, takenAtMs }) => {
      const rules = this.#rulesOf(bus).filter(({ matches }) => matches(envelope));
      const event = { text, takenAtMs };
      return rules.flatMap(({ targets }) => [...targets.keys()].map((target) => ({ target, event, failures: 0 })));
    });
    const ids = this.#deliveries.add(deliveries);
    this.#handOver(deliveries.map((delivery, index) => ({ id: ids[index] as number, delivery })));
  }

  #rulesOf(bus: string): readonly Rule[] {
    const name = bus.startsWith('arn:') ? bus.replace(/^.*:event-bus\//, '') : bus;
    const rules = this.#buses.get(name);
    if (!rules) this.#context.log(`an event was lost, as on AWS: there is no event bus ${bus}`);
    return [...(rules ?? [])];
  }

  #handOver(kept: readonly KeptDelivery[]): void {
    for (const [name, deliveries] of Map.groupBy(kept, ({ delivery }) => delivery.target)) {
      this.#targets.get(name)?.add(deliveries);
    }
  }

  #resume(): void {
    const left = this.#left.splice(0);
    const orphans = left.filter(({ delivery }) => !this.#targets.has(delivery.target));
    for (const { delivery } of orphans)
      this.#context.log(`an event was dropped: its target ${delivery.target} is gone`);
    this.forget(orphans.map(({ id }) => id));
    this.#handOver(left);
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#targets.values()].map((target) => target.close()));
    this.#deliveries.close();
  }
}

const ofContext = new WeakMap<LocalContext, Promise<EventBridge>>();

const refused = ({ ErrorCode, ErrorMessage }: RefusedEntry) => ({ ErrorCode, ErrorMessage });

/** The API's page also names `resources`, but AWS answers for an event without it. */
const mandatory = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

/** @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html */
const testEventPattern = ({ EventPattern: pattern, Event: text }: JsonObject): object => {
  if (typeof pattern !== 'string') throw validationError('EventPattern is a required argument.');
  if (typeof text !== 'string') throw validationError('Event is a required argument.');
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch {
    throw validationError('Parameter Event is not valid. Reason: it is not JSON.');
  }
  const missing = mandatory.filter(
    (name) => typeof event !== 'object' || event === null || !Object.hasOwn(event, name),
  );
  if (missing.length > 0)
    throw validationError(`Parameter Event is not valid. Reason: ${missing.join(', ')} must be there.`);
  try {
    return { Result: compilePattern(pattern)(event) };
  } catch (error) {
    if (error instanceof InvalidEventPattern) throw new ServiceError(error.name, error.message);
    throw error;
  }
};
