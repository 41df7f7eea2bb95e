import type { Storage } from '../../storage/storage.ts';

const storedAs = 'sequence';
/** How many numbers are reserved at a time: one write for all of them. */
const reserved = 1_000_000;

/** Numbers that only grow, also after a restart. */
export class Sequence {
  readonly #storage: Storage;
  #next = 0;
  #end = 0;

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  next(): number {
    if (this.#next >= this.#end) {
      const first = Number(this.#storage.getText(storedAs) ?? 0);
      this.#storage.put(storedAs, String(first + reserved));
      this.#next = first;
      this.#end = first + reserved;
    }
    return this.#next++;
  }

  /** After a failed commit: the reservation may not be stored. */
  forget(): void {
    this.#end = 0;
  }
}

/** Digits of a number in a key, so that the order of the keys is that of the numbers. */
export const digits = 15;
export const ascending = (number: number): string => String(number).padStart(digits, '0');
export const descending = (number: number): string => ascending(10 ** digits - 1 - number);
