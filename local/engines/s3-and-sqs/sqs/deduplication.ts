import type { Storage } from '../../../storage/storage.ts';
import { ascending, digits } from '../sequence.ts';
import { all, type Sent } from './message-entries.ts';

const intervalMs = 5 * 60_000;

/**
 * Remembers for five minutes what was sent to a FIFO queue, also if the message is deleted meanwhile:
 *
 * - `known~QUEUE~ID`: the answer to the first message with this deduplication id
 * - `knownSince~QUEUE~TIME~ID`: the ids by time, to find those that are too old
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
 */
export class Deduplication {
  readonly #storage: Storage;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** The answer to the first message with this id. */
  find(name: string, id: string, now: number): Sent | undefined {
    this.#forgetOld(name, now);
    const text = this.#storage.getText(knownEntry(name, id));
    return text === undefined ? undefined : JSON.parse(text);
  }

  remember(name: string, id: string, sent: Sent, now: number): void {
    this.#storage.put(knownEntry(name, id), JSON.stringify(sent));
    this.#storage.put(sinceEntry(name, now, id), '');
  }

  forgetAll(name: string): void {
    for (const kind of ['known', 'knownSince']) this.#storage.deleteRange(all(kind, name));
  }

  #forgetOld(name: string, now: number): void {
    const lt = sinceEntry(name, now - intervalMs + 1, '');
    for (const entry of this.#storage.keys({ gte: all('knownSince', name).gte, lt })) {
      this.#storage.delete(entry);
      this.#storage.delete(knownEntry(name, entry.slice(`knownSince~${name}~`.length + digits + 1)));
    }
  }
}

const knownEntry = (name: string, id: string): string => `known~${name}~${id}`;
const sinceEntry = (name: string, since: number, id: string): string => `knownSince~${name}~${ascending(since)}~${id}`;
