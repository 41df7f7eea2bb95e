import type { Storage } from '../../../storage/storage.ts';
import { digits } from '../sequence.ts';
import { all, type Delivery, dueEntry, type Place } from './message-entries.ts';

/** A message in its group: its place and its receipts. */
export interface Member extends Delivery {
  readonly place: Place;
}

/** Names one message of one group. */
export interface MemberKey {
  readonly group: string;
  readonly number: string;
}

/**
 * The order of the messages of FIFO queues, in two kinds of entries:
 *
 * - `group~QUEUE~GROUP~NUMBER`: the messages of a group, as `Member`s
 * - `due~QUEUE~TIME~NUMBER`: when the first message of a group can be received; the value is the group
 *
 * A group has one entry of the second kind, however many messages it has. So a receiver does not read a group whose
 * first message is in flight.
 */
export class Groups {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  append(name: string, key: MemberKey, member: Member): void {
    const isFirst = this.#first(name, key.group) === undefined;
    this.put(name, key, member);
    if (isFirst) this.announce(name, key.group);
  }

  get(name: string, key: MemberKey): Member | undefined {
    const text = this.#storage.getText(memberEntry(name, key));
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** Call it inside `change`, or between `takeDue` and `announce`. */
  put(name: string, key: MemberKey, member: Member): void {
    this.#storage.put(memberEntry(name, key), JSON.stringify(member));
  }

  /** As `put`. */
  delete(name: string, key: MemberKey): void {
    this.#storage.delete(memberEntry(name, key));
  }

  /** The messages of a group in their order, or those of all groups. */
  *members(name: string, group?: string, limit = Number.POSITIVE_INFINITY): Generator<readonly [MemberKey, Member]> {
    const range = all('group', group === undefined ? name : `${name}~${group}`);
    for (const [entry, text] of this.#storage.texts({ ...range, limit })) yield [keyIn(name, entry), JSON.parse(text)];
  }

  /** The groups whose first message is due, the longest due first. Call `announce` for each of them afterwards. */
  *takeDue(name: string, now: number): Generator<string> {
    for (const [entry, group] of this.#storage.texts({ gte: `due~${name}~`, lt: dueEntry(name, now + 1, '') })) {
      this.#storage.delete(entry);
      yield group;
    }
  }

  /** Writes when the first message of the group can be received. */
  announce(name: string, group: string): void {
    const first = this.#first(name, group);
    if (first) this.#storage.put(dueEntry(name, first[1].due, first[0].number), group);
  }

  /** Runs `write`, which may change the first message of the group or when it is due. */
  change(name: string, group: string, write: () => void): void {
    const first = this.#first(name, group);
    if (first) this.#storage.delete(dueEntry(name, first[1].due, first[0].number));
    write();
    this.announce(name, group);
  }

  /** Changes when the messages are due that were never received. */
  delayAnew(name: string, dueOf: (place: Place) => number): void {
    let last: string | undefined;
    this.#storage.deleteRange(all('due', name));
    for (const [key, before] of this.members(name)) {
      const member = before.receives > 0 ? before : { ...before, due: dueOf(before.place) };
      this.put(name, key, member);
      if (key.group !== last) this.#storage.put(dueEntry(name, member.due, key.number), key.group);
      last = key.group;
    }
  }

  #first(name: string, group: string): readonly [MemberKey, Member] | undefined {
    for (const first of this.members(name, group, 1)) return first;
    return undefined;
  }
}

/** The group in a key. Its id may contain `~`, which separates the parts of a key, but never a blank. */
export const groupKey = (id: string): string => id.replaceAll('~', ' ');

const memberEntry = (name: string, { group, number }: MemberKey): string => `group~${name}~${group}~${number}`;

const keyIn = (name: string, entry: string): MemberKey => ({
  group: entry.slice(`group~${name}~`.length, -digits - 1),
  number: entry.slice(-digits),
});
