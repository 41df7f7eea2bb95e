import { type Entry, type Range, Storage, type Value } from '../../../../local/storage/storage.ts';

/** Stores with one planted defect each, which the model must find. */

/** Now and then shows an entry as it was before the newest write. */
export class StaleReads extends Storage {
  #newest = '';
  #reads = 0;

  override put(key: string, value: Value): void {
    this.#newest = key;
    super.put(key, value);
  }

  override get(key: string): Value | undefined {
    return this.#isStale(key) ? undefined : super.get(key);
  }

  override *entries(range: Range): Generator<Entry, void, undefined> {
    for (const entry of super.entries(range)) if (!this.#isStale(entry[0])) yield entry;
  }

  #isStale(key: string): boolean {
    return key === this.#newest && ++this.#reads % 8 === 0;
  }
}

/** Now and then forgets a write. */
export class LostWrites extends Storage {
  #writes = 0;

  override put(key: string, value: Value): void {
    if (++this.#writes % 100 !== 0) super.put(key, value);
  }
}

/** Now and then answers two entries of a range in the wrong order. */
export class ReorderedListings extends Storage {
  #listings = 0;

  override *entries(range: Range): Generator<Entry, void, undefined> {
    const isWrong = ++this.#listings % 20 === 0;
    let held: Entry | undefined;
    for (const entry of super.entries(range)) {
      if (!isWrong) yield entry;
      else if (held) {
        yield entry;
        yield held;
        held = undefined;
      } else held = entry;
    }
    if (held) yield held;
  }
}
