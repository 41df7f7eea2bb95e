import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { folderMode } from './private-file.ts';
import { Storage } from './storage/storage.ts';

/**
 * Keeps entries in a store of its own until they are removed, in the order in which they came, also when the process is
 * killed: a call that has returned is kept whole, one that has not is kept whole or not at all. The file is made with
 * the first entry. Throws a `StorageDamage` if the file has lost anything.
 */
export class DurableQueue<Entry> {
  readonly #path: string;
  #opened: Storage | undefined;
  #last = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Answers the ids of the entries, ascending. */
  add(entries: readonly Entry[]): number[] {
    if (entries.length === 0) return [];
    const texts = entries.map((entry) => JSON.stringify(entry));
    const storage = this.#open();
    const first = this.#last + 1;
    for (const [index, text] of texts.entries()) storage.put(keyOf(first + index), text);
    storage.put(lastKey, String(this.#last + texts.length));
    storage.flush();
    this.#last += texts.length;
    return texts.map((_, index) => first + index);
  }

  replace(id: number, entry: Entry): void {
    const storage = this.#open();
    storage.put(keyOf(id), JSON.stringify(entry));
    storage.flush();
  }

  remove(ids: readonly number[]): void {
    if (ids.length === 0) return;
    const storage = this.#open();
    for (const id of ids) storage.delete(keyOf(id));
    storage.flush();
  }

  /** All that is kept. */
  entries(): { readonly id: number; readonly entry: Entry }[] {
    if (!this.#opened && !existsSync(this.#path)) return [];
    const entries = this.#open().texts({ gte: 'entry~', lt: 'entry~~' });
    return [...entries].map(([key, text]) => ({ id: Number(key.slice('entry~'.length)), entry: JSON.parse(text) }));
  }

  close(): void {
    this.#opened?.close();
    this.#opened = undefined;
  }

  #open(): Storage {
    if (this.#opened) return this.#opened;
    mkdirSync(dirname(this.#path), { recursive: true, mode: folderMode });
    this.#opened = new Storage({ path: this.#path });
    this.#last = Number(this.#opened.getText(lastKey) ?? 0);
    return this.#opened;
  }
}

/** The id that was given last. No id is given twice, also after its entry is gone. */
const lastKey = 'last';
const keyOf = (id: number): string => `entry~${String(id).padStart(16, '0')}`;
