import { type Entry, type Range, Storage, type StorageOptions, type Value } from '../../../../local/storage/storage.ts';

const isRecord = (key: string): boolean => key.startsWith('r/');

/** Now and then does not see what was put last. */
class StaleReads extends Storage {
  private newest = '';
  private reads = 0;

  override put(key: string, value: Value): void {
    if (isRecord(key)) this.newest = key;
    super.put(key, value);
  }

  override *entries(range: Range): Generator<Entry, void, undefined> {
    const isStale = this.reads++ % 8 === 7;
    for (const entry of super.entries(range)) if (!isStale || entry[0] !== this.newest) yield entry;
  }
}

/** Forgets one record in fifty. */
class LostWrites extends Storage {
  private puts = 0;

  override put(key: string, value: Value): void {
    if (!isRecord(key) || this.puts++ % 50 !== 49) super.put(key, value);
  }
}

/** Now and then gives the first two records of a range in the wrong order. */
class Reordered extends Storage {
  private reads = 0;

  override *entries(range: Range): Generator<Entry, void, undefined> {
    const [first, second, ...rest] = super.entries(range);
    const isWrong = first && second && isRecord(first[0]) && this.reads++ % 8 === 7;
    const entries = isWrong ? [second, first, ...rest] : [first, second, ...rest];
    for (const entry of entries) if (entry) yield entry;
  }
}

/** Stores with defects that the model must find. */
export const planted = {
  'a read that does not see the newest write': (options: StorageOptions) => new StaleReads(options),
  'a write that is lost': (options: StorageOptions) => new LostWrites(options),
  'an iterator that changes the order': (options: StorageOptions) => new Reordered(options),
};
