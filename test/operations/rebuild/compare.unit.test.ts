import { silentProgress } from '../../../operations/progress.ts';
import { compareSlots } from '../../../operations/rebuild/compare.ts';
import type { Difference, SlotStore } from '../../../operations/rebuild/slot-store.ts';

/** A slot in memory. */
class Slot implements SlotStore {
  readonly entries: Map<string, number>;
  /** What happens before an entry is looked at again. */
  onLook: (key: string) => void = () => {};

  constructor(entries: Record<string, number>) {
    this.entries = new Map(Object.entries(entries));
  }

  async empty(): Promise<void> {}

  async hasMet(): Promise<boolean> {
    return true;
  }

  async *compare(other: this, _: AbortSignal, onDone: (compared: number) => void): AsyncGenerator<Difference> {
    for (const key of new Set([...this.entries.keys(), ...other.entries.keys()])) {
      const difference = this.#difference(other, key);
      if (difference) yield difference;
    }
    onDone(this.entries.size);
  }

  async compareOne(other: this, key: string): Promise<Difference | undefined> {
    this.onLook(key);
    return this.#difference(other, key);
  }

  #difference(other: this, key: string): Difference | undefined {
    if (this.entries.get(key) === other.entries.get(key)) return undefined;
    if (!other.entries.has(key)) return { key, kind: 'missing in the new slot' };
    return { key, kind: this.entries.has(key) ? 'not the same' : 'only in the new slot' };
  }
}

const { signal } = new AbortController();
const compare = (old: Slot, next: Slot) =>
  compareSlots(old, next, { signal, progress: silentProgress, patienceMs: 300 });

describe('comparing two slots', () => {
  it('finds nothing where they are the same', async () =>
    expect(await compare(new Slot({ a: 1, b: 2 }), new Slot({ a: 1, b: 2 }))).toEqual({
      compared: 2,
      differences: [],
      more: false,
    }));

  it('names each difference that stays', async () =>
    expect((await compare(new Slot({ a: 1, b: 2, d: 4 }), new Slot({ a: 1, b: 3, c: 3 }))).differences).toEqual([
      { key: 'b', kind: 'not the same' },
      { key: 'd', kind: 'missing in the new slot' },
      { key: 'c', kind: 'only in the new slot' },
    ]));

  it('counts none that one slot was only a moment behind with, however many', async () => {
    const old = new Slot({ a: 7, b: 7, c: 7, d: 7, e: 7 });
    const next = new Slot({});
    const keys = old.entries.keys();
    let caughtUpAtMs = 0;
    old.onLook = () => {
      // One at each round of looks, so that all of them take longer than one alone may.
      if (Date.now() - caughtUpAtMs < 150) return;
      caughtUpAtMs = Date.now();
      next.entries.set(keys.next().value ?? '', 7);
    };
    expect((await compare(old, next)).differences).toEqual([]);
  }, 15_000);

  it('stops where they have next to nothing in common', async () => {
    const old = new Slot(Object.fromEntries(Array.from({ length: 10_002 }, (_, n) => [`k${n}`, n])));
    const { differences, more } = await compare(old, new Slot({}));
    expect([differences.length, more]).toEqual([10_000, true]);
  });
});
