import { Storage, type Value } from '../../../local/storage/storage.ts';

const { get, put, entries } = Storage.prototype;
let calls = 0;
const now = (every: number): boolean => ++calls % every === 0;

/** Defects that a store must not have. Each is put into this thread's stores, to show that a test finds it. */
export const defects: Readonly<Record<string, () => void>> = {
  'stale read': () => {
    const before = new Map<string, Value | undefined>();
    Storage.prototype.put = function (key, value) {
      before.set(key, get.call(this, key));
      put.call(this, key, value);
    };
    Storage.prototype.get = function (key) {
      return now(50) && before.has(key) ? before.get(key) : get.call(this, key);
    };
  },
  'lost write': () => {
    Storage.prototype.put = function (key, value) {
      if (!now(100)) put.call(this, key, value);
    };
  },
  'reordered range': () => {
    Storage.prototype.entries = function* (range) {
      const all = [...entries.call(this, range)];
      if (now(10)) all.reverse();
      yield* all;
    };
  },
};
