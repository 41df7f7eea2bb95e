import { randomUUID } from 'node:crypto';
import type { Storage } from '../../../storage/storage.ts';
import { ascending, digits, type Sequence } from '../sequence.ts';
import {
  all,
  type Counts,
  type Delivery,
  dueEntry,
  handleOf,
  type Message,
  type MessageStore,
  messageEntry,
  nextDue,
  type Place,
  partsOf,
  placeOf,
  type Received,
  type Sent,
} from './message-entries.ts';
import { type Queue, redriveOf, seconds } from './queues.ts';

/**
 * The messages of all standard queues, in three kinds of entries:
 *
 * - `message~QUEUE~PLACE`: the message, which never changes
 * - `due~QUEUE~TIME~PLACE`: when it can be received; the value is how it waits
 * - `delivery~QUEUE~PLACE`: what was done with it, once it was received
 */
export class Messages implements MessageStore {
  readonly #storage: Storage;
  readonly #sequence: Sequence;

  constructor(storage: Storage, sequence: Sequence) {
    this.#storage = storage;
    this.#sequence = sequence;
  }

  add({ name }: Queue, message: Message): Sent {
    const place = placeOf(message.sent, this.#sequence.next());
    this.#storage.put(messageEntry(name, place), JSON.stringify(message));
    this.#storage.put(dueEntry(name, message.due, place), message.due > message.sent ? 'delayed' : '');
    return { id: message.id };
  }

  /** The longest due come first. */
  take(queue: Queue, most: number, visibilitySeconds: number, now: number): Received[] {
    this.#removeOld(queue, now);
    const redrive = redriveOf(queue);
    const received: Received[] = [];
    const { name } = queue;
    for (const [entry] of this.#storage.texts({ gte: `due~${name}~`, lt: dueEntry(name, now + 1, '') })) {
      if (received.length >= most) break;
      const place = entry.slice(`due~${name}~`.length + digits + 1);
      const message: Message = JSON.parse(this.#storage.getText(messageEntry(name, place)) ?? '');
      const before = this.#delivery(name, place);
      const receives = (before?.receives ?? 0) + 1;
      this.#storage.delete(entry);
      if (redrive && receives > redrive.most && this.#storage.has(`queue~${redrive.name}`)) {
        this.#move(name, place, message, redrive.name, now);
        continue;
      }
      const delivery: Delivery = {
        due: now + visibilitySeconds * 1_000,
        receives,
        firstReceived: before?.firstReceived ?? now,
        receipt: randomUUID(),
      };
      this.#deliver(name, place, delivery);
      const handle = handleOf(place, delivery.receipt);
      received.push({ ...message, handle, receives, firstReceived: delivery.firstReceived });
    }
    return received;
  }

  remove({ name }: Queue, handle: string): void {
    const found = this.#byHandle(name, handle);
    if (found) this.#removeAll(name, found.place, found.delivery.due);
  }

  changeVisibility({ name }: Queue, handle: string, visibilitySeconds: number, now: number): boolean {
    const found = this.#byHandle(name, handle);
    if (!found || found.delivery.due <= now) return false;
    this.#storage.delete(dueEntry(name, found.delivery.due, found.place));
    this.#deliver(name, found.place, { ...found.delivery, due: now + visibilitySeconds * 1_000 });
    return true;
  }

  nextDue(queue: Queue): number | undefined {
    return nextDue(this.#storage, queue);
  }

  count(queue: Queue, now: number): Counts {
    this.#removeOld(queue, now);
    const { name } = queue;
    let [visible, inFlight, delayed] = [0, 0, 0];
    const next = dueEntry(name, now + 1, '');
    for (const _ of this.#storage.keys({ gte: `due~${name}~`, lt: next })) visible++;
    for (const [, how] of this.#storage.texts({ gte: next, lt: all('due', name).lt })) {
      if (how === 'delayed') delayed++;
      else inFlight++;
    }
    return { visible, inFlight, delayed };
  }

  purge({ name }: Queue): void {
    for (const kind of ['message', 'due', 'delivery']) this.#storage.deleteRange(all(kind, name));
  }

  /** Those whose retention has ended; the oldest are looked at, and few have ended since the last time. */
  #removeOld(queue: Queue, now: number): void {
    const { name } = queue;
    const lt = messageEntry(name, ascending(now - seconds(queue, 'MessageRetentionPeriod') * 1_000));
    for (const [entry, text] of this.#storage.texts({ gte: `message~${name}~`, lt })) {
      const place = entry.slice(`message~${name}~`.length);
      this.#removeAll(name, place, this.#delivery(name, place)?.due ?? (JSON.parse(text) as Message).due);
    }
  }

  /** It keeps its place, and so its age. */
  #move(from: string, place: Place, message: Message, to: string, now: number): void {
    this.#storage.delete(messageEntry(from, place));
    this.#storage.delete(`delivery~${from}~${place}`);
    this.#storage.put(messageEntry(to, place), JSON.stringify({ ...message, due: now }));
    this.#storage.put(dueEntry(to, now, place), '');
  }

  #deliver(name: string, place: Place, delivery: Delivery): void {
    this.#storage.put(`delivery~${name}~${place}`, JSON.stringify(delivery));
    this.#storage.put(dueEntry(name, delivery.due, place), 'in flight');
  }

  #removeAll(name: string, place: Place, due: number): void {
    this.#storage.delete(messageEntry(name, place));
    this.#storage.delete(`delivery~${name}~${place}`);
    this.#storage.delete(dueEntry(name, due, place));
  }

  #byHandle(name: string, handle: string): { place: Place; delivery: Delivery } | undefined {
    const [place = '', receipt] = partsOf(handle);
    const delivery = this.#delivery(name, place);
    return delivery && delivery.receipt === receipt ? { place, delivery } : undefined;
  }

  #delivery(name: string, place: Place): Delivery | undefined {
    const text = this.#storage.getText(`delivery~${name}~${place}`);
    return text === undefined ? undefined : JSON.parse(text);
  }
}
