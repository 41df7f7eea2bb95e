import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { salvageStore } from '../../../local/storage/salvage.ts';
import { Storage } from '../../../local/storage/storage.ts';

const folder = mkdtempSync(join(tmpdir(), 'damage-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A store of 300 entries, once closed, and once as `kill -9` leaves it: with its log. */
const model = new Map<string, string>();
for (let index = 0; index < 300; index++) model.set(`key-${index}`, `${index} `.repeat(200));
const whole = { closed: '', killed: '' };

beforeAll(async () => {
  const path = join(folder, 'store.sqlite');
  const storage = new Storage({ path });
  for (const [key, value] of model) {
    storage.put(key, 'an older value');
    await storage.stored();
    storage.put(key, value);
    await storage.stored();
  }
  whole.killed = copyOf(path, 'killed');
  storage.close();
  whole.closed = copyOf(path, 'closed');
});

let copies = 0;
const copyOf = (path: string, name = `copy-${copies++}`): string => {
  for (const part of ['', '-wal', '-head'])
    if (existsSync(path + part)) copyFileSync(path + part, join(folder, name + part));
  return join(folder, name);
};

const open = (path: string): ReadonlyMap<string, unknown> => {
  const storage = new Storage({ path });
  try {
    return new Map(storage.entries({ gte: '', lt: '~' }));
  } finally {
    storage.close();
  }
};

/** What is done to a file, at a place from 0 to 1. */
const damages: Readonly<Record<string, (file: string, place: number) => void>> = {
  'cut off': (file, place) => truncateSync(file, Math.floor(readFileSync(file).length * place)),
  'changed in one bit': (file, place) => {
    const bytes = readFileSync(file);
    const at = Math.floor(bytes.length * place);
    bytes[at] = (bytes[at] ?? 0) ^ 16;
    writeFileSync(file, bytes);
  },
  'filled with zeros': (file, place) => {
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, Math.floor(bytes.length * place)));
  },
  removed: (file) => rmSync(file),
};

/** Of each state and part: refused, or all there. Never ready with less. */
const cases = (['closed', 'killed'] as const).flatMap((state) =>
  (state === 'closed' ? ['', '-head'] : ['', '-wal', '-head']).flatMap((part) =>
    Object.keys(damages).map((damage) => [state, part || 'file', damage, part] as const),
  ),
);

it.each(cases)('%s, its %s %s: the store is refused or whole, and salvaged', (state, _, damage, part) => {
  const places = damage === 'removed' ? [0] : [0, 0.2, 0.4, 0.6, 0.8];
  const outcomes: string[] = [];
  for (const place of places) {
    const path = copyOf(whole[state]);
    damages[damage]?.(path + part, place);
    let held: ReadonlyMap<string, unknown> | undefined;
    try {
      held = open(path);
    } catch (error) {
      expect(String(error)).toMatch(/^StorageDamage: .* is damaged: /);
    }
    if (held) {
      expect(held).toEqual(model);
      outcomes.push('whole');
      continue;
    }
    const salvage = salvageStore(path);
    const kept = open(path);
    expect(salvage?.kept).toBe(kept.size);
    for (const [key, value] of kept) expect(['an older value', model.get(key)]).toContain(value);
    outcomes.push(`kept ${kept.size}, lost ${salvage?.lost.length}`);
    expect(salvageStore(path)).toBeUndefined();
  }
  if (process.env.SHOW) console.log(`${state} ${part} ${damage}: ${outcomes.join('; ')}`);
});
