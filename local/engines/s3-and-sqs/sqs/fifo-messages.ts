import { randomUUID } from 'node:crypto';
import type { Storage } from '../../../storage/storage.ts';
import { ascending, digits, type Sequence } from '../sequence.ts';
import { Deduplication } from './deduplication.ts';
import { receiptExpired } from './errors.ts';
import { Groups, groupKey, type Member, type MemberKey } from './groups.ts';
import {
  all,
  type Counts,
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
 * The messages of all FIFO queues, at `message~QUEUE~PLACE`; their order lies in `Groups`.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export class FifoMessages implements MessageStore {
  readonly #storage: Storage;
  readonly #sequence: Sequence;
  readonly #groups: Groups;
  readonly #deduplication: Deduplication;

  constructor(storage: Storage, sequence: Sequence) {
    this.#storage = storage;
    this.#sequence = sequence;
    this.#groups = new Groups(storage);
    this.#deduplication = new Deduplication(storage);
  }

  /** A duplicate is not added. It gets the answer of the first message. */
  add({ name }: Queue, message: Message): Sent {
    const { deduplicationId = '', sent } = message;
    const known = this.#deduplication.find(name, deduplicationId, sent);
    if (known) return known;
    const added = { id: message.id, sequenceNumber: this.#append(name, message, sent) };
    this.#deduplication.remember(name, deduplicationId, added, sent);
    return added;
  }

  /** Takes as many messages of a group as possible before it goes on to the next group. */
  take(queue: Queue, most: number, visibilitySeconds: number, now: number): Received[] {
    this.#removeOld(queue, now);
    const received: Received[] = [];
    const groups: string[] = [];
    for (const group of this.#groups.takeDue(queue.name, now)) {
      received.push(...this.#takeFrom(queue, group, most - received.length, visibilitySeconds, now));
      groups.push(group);
      if (received.length >= most) break;
    }
    for (const group of groups) this.#groups.announce(queue.name, group);
    return received;
  }

  /** Throws if the receipt has expired: the message is visible again, or was received again. */
  remove({ name }: Queue, handle: string, now: number): void {
    const { key, receipt } = readHandle(handle);
    const member = this.#groups.get(name, key);
    if (!member) return;
    if (!isInFlight(member, receipt, now)) throw receiptExpired(handle);
    this.#remove(name, key, member.place);
  }

  changeVisibility({ name }: Queue, handle: string, visibilitySeconds: number, now: number): boolean {
    const { key, receipt } = readHandle(handle);
    const member = this.#groups.get(name, key);
    if (!member || !isInFlight(member, receipt, now)) return false;
    const due = now + visibilitySeconds * 1_000;
    this.#groups.change(name, key.group, () => this.#groups.put(name, key, { ...member, due }));
    return true;
  }

  nextDue(queue: Queue): number | undefined {
    return nextDue(this.#storage, queue);
  }

  /** A message that an earlier one of its group blocks counts as visible. */
  count(queue: Queue, now: number): Counts {
    this.#removeOld(queue, now);
    let [visible, inFlight, delayed] = [0, 0, 0];
    for (const [, { due, receives }] of this.#groups.members(queue.name)) {
      if (due <= now) visible++;
      else if (receives > 0) inFlight++;
      else delayed++;
    }
    return { visible, inFlight, delayed };
  }

  /** Forgets the deduplication ids too: AWS delivers what is sent again after a purge. */
  purge({ name }: Queue): void {
    for (const kind of ['message', 'due', 'group']) this.#storage.deleteRange(all(kind, name));
    this.#deduplication.forgetAll(name);
  }

  /**
   * Applies the queue's new delay to messages that were never received.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-delay-queues.html
   */
  delayAnew(queue: Queue): void {
    const delay = seconds(queue, 'DelaySeconds') * 1_000;
    this.#groups.delayAnew(queue.name, (place) => Number(place.slice(0, digits)) + delay);
  }

  #takeFrom(queue: Queue, group: string, most: number, visibilitySeconds: number, now: number): Received[] {
    const { name } = queue;
    const redrive = redriveOf(queue);
    const received: Received[] = [];
    for (const [key, before] of this.#groups.members(name, group)) {
      if (received.length >= most || before.due > now) break;
      const message: Message = JSON.parse(this.#storage.getText(messageEntry(name, before.place)) ?? '');
      const receives = before.receives + 1;
      if (redrive && receives > redrive.most && this.#storage.has(`queue~${redrive.name}`)) {
        this.#groups.delete(name, key);
        this.#move(name, before.place, message, redrive.name, now);
        continue;
      }
      const firstReceived = before.receives > 0 ? before.firstReceived : now;
      const receipt = randomUUID();
      const due = now + visibilitySeconds * 1_000;
      this.#groups.put(name, key, { place: before.place, due, receives, firstReceived, receipt });
      const handle = handleOf(key.group, key.number, receipt);
      received.push({ ...message, handle, receives, firstReceived, sequenceNumber: sequenceNumberOf(key) });
    }
    return received;
  }

  /**
   * The message keeps its group. Its age starts anew, and its message id becomes its deduplication id.
   * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-configure-dead-letter-queue-redrive.html
   */
  #move(from: string, place: Place, message: Message, to: string, now: number): void {
    this.#storage.delete(messageEntry(from, place));
    this.#append(to, { ...message, deduplicationId: message.id, due: now }, now);
  }

  /** Adds the message at the end of its group. Returns its sequence number. */
  #append(name: string, message: Message, entered: number): string {
    const number = this.#sequence.next();
    const place = placeOf(entered, number);
    const key = keyOf(place, message);
    this.#storage.put(messageEntry(name, place), JSON.stringify(message));
    this.#groups.append(name, key, { place, due: message.due, receives: 0, firstReceived: 0, receipt: '' });
    return sequenceNumberOf(key);
  }

  /** Removes messages whose retention period is over. Reads the oldest messages only. */
  #removeOld(queue: Queue, now: number): void {
    const { name } = queue;
    const lt = messageEntry(name, ascending(now - seconds(queue, 'MessageRetentionPeriod') * 1_000));
    for (const [entry, text] of this.#storage.texts({ gte: `message~${name}~`, lt })) {
      const place = entry.slice(`message~${name}~`.length);
      this.#remove(name, keyOf(place, JSON.parse(text)), place);
    }
  }

  #remove(name: string, key: MemberKey, place: Place): void {
    this.#storage.delete(messageEntry(name, place));
    this.#groups.change(name, key.group, () => this.#groups.delete(name, key));
  }
}

const keyOf = (place: Place, { group = '' }: Message): MemberKey => ({
  group: groupKey(group),
  number: place.slice(-digits),
});

const readHandle = (handle: string): { readonly key: MemberKey; readonly receipt: string } => {
  const [group = '', number = '', receipt = ''] = partsOf(handle);
  return { key: { group, number }, receipt };
};

const isInFlight = (member: Member, receipt: string, now: number): boolean =>
  member.receipt === receipt && member.due > now;

/** 20 digits, as AWS has. So the order of the texts is that of the numbers. */
const sequenceNumberOf = ({ number }: MemberKey): string => number.padStart(20, '0');
