import type { Storage } from '../../../storage/storage.ts';
import { ascending, digits } from '../sequence.ts';
import type { MessageAttributes } from './message-attributes.ts';
import type { Queue } from './queues.ts';

export interface Message {
  readonly id: string;
  readonly body: string;
  /** MD5 in hexadecimal. */
  readonly md5: string;
  readonly attributes: MessageAttributes;
  readonly sent: number;
  /** When it can be received for the first time. */
  readonly due: number;
  /** Required in a FIFO queue, optional in a standard queue. */
  readonly group?: string | undefined;
  /** FIFO queues only. */
  readonly deduplicationId?: string | undefined;
}

/** What is answered to the sender. */
export interface Sent {
  readonly id: string;
  /** FIFO queues only. */
  readonly sequenceNumber?: string;
}

/** What the receiving of a message changes. */
export interface Delivery {
  /** When it can be received next. */
  readonly due: number;
  readonly receives: number;
  readonly firstReceived: number;
  /** Of the last receiving. */
  readonly receipt: string;
}

export interface Received extends Message {
  readonly handle: string;
  readonly receives: number;
  readonly firstReceived: number;
  readonly sequenceNumber?: string;
}

export interface Counts {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}

/** The messages of the queues of one type. */
export interface MessageStore {
  add(queue: Queue, message: Message): Sent;
  /** Takes messages that are due; one that was taken too often goes to the dead-letter queue. */
  take(queue: Queue, most: number, visibilitySeconds: number, now: number): Received[];
  /** Does nothing if the message is already gone. */
  remove(queue: Queue, handle: string, now: number): void;
  /** Answers whether the message is in flight. */
  changeVisibility(queue: Queue, handle: string, visibilitySeconds: number, now: number): boolean;
  /** When a message can be received next, if there is any. */
  nextDue(queue: Queue): number | undefined;
  /** Goes through all messages of the queue. */
  count(queue: Queue, now: number): Counts;
  purge(queue: Queue): void;
}

/** The time at which a message entered its queue, and its number: the part that its keys share. */
export type Place = string;

export const placeOf = (entered: number, number: number): Place => `${ascending(entered)}-${ascending(number)}`;

export const messageEntry = (name: string, place: Place): string => `message~${name}~${place}`;

export const dueEntry = (name: string, due: number, which: string): string => `due~${name}~${ascending(due)}~${which}`;

export const all = (kind: string, name: string) => ({ gte: `${kind}~${name}~`, lt: `${kind}~${name}\u007f` });

export const nextDue = (storage: Storage, { name }: Queue): number | undefined => {
  for (const entry of storage.keys({ ...all('due', name), limit: 1 }))
    return Number(entry.slice(`due~${name}~`.length, `due~${name}~`.length + digits));
  return undefined;
};

/** A receipt handle names a message and one receipt of it. */
export const handleOf = (...parts: readonly string[]): string => Buffer.from(parts.join('~')).toString('base64url');
export const partsOf = (handle: string): string[] => Buffer.from(handle, 'base64url').toString().split('~');
