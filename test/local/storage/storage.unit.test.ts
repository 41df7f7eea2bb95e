import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Storage } from '../../../local/storage/storage.ts';

let folder: string;
let path: string;
let storage: Storage;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'storage-'));
  path = join(folder, 'store.sqlite');
  storage = new Storage({ path });
});
afterEach(() => {
  storage.close();
  rmSync(folder, { recursive: true, force: true });
});

const reopened = (): Storage => {
  storage.close();
  storage = new Storage({ path });
  return storage;
};

it('keeps text and bytes under their keys, and gives them back after it was closed', async () => {
  storage.put('text', 'é\0\u{1F600}');
  storage.put('bytes\0', Uint8Array.of(0, 255, 7));
  storage.put('gone', '1');
  storage.delete('gone');
  await storage.stored();
  const again = reopened();
  expect(again.get('text')).toBe('é\0\u{1F600}');
  expect(again.get('bytes\0')).toEqual(Uint8Array.of(0, 255, 7));
  expect(again.get('gone')).toBeUndefined();
  expect([again.has('text'), again.has('gone')]).toEqual([true, false]);
});

it('lists a range in the order of its bytes, from either end, up to a limit', () => {
  const keys = Array.from({ length: 3_000 }, (_, index) => `k${String(index).padStart(5, '0')}`);
  for (const key of [...keys].reverse()) storage.put(key, key);
  const list = (range: Parameters<Storage['entries']>[0]) => [...storage.entries(range)].map(([key]) => key);
  expect(list({ gte: 'k00010', lt: 'k02000' })).toEqual(keys.slice(10, 2_000));
  expect(list({ gt: 'k00010', lt: 'k02000', limit: 700 })).toEqual(keys.slice(11, 711));
  expect(list({ gt: 'k00010', lt: 'k02000', reverse: true, limit: 1_500 })).toEqual(keys.slice(500, 2_000).reverse());
  expect([...storage.keys({ gt: 'k00010', lt: 'k02000', reverse: true })]).toEqual(keys.slice(11, 2_000).reverse());
  expect(storage.deleteRange({ gt: 'k00000', lt: 'k02999' })).toBe(2_998);
  expect(list({ gte: '', lt: 'l' })).toEqual(['k00000', 'k02999']);
});

it('stores nothing of a turn in which a write failed, and tells everyone who waits', async () => {
  storage.put('before', '1');
  await storage.stored();
  storage.put('with it', '1');
  const told = storage.stored();
  expect(() =>
    storage.atomically(() => {
      storage.put('half', '1');
      throw new Error('a defect');
    }),
  ).toThrow('a defect');
  await expect(told).rejects.toThrow('a defect');
  expect([...storage.keys({ gte: '', lt: '~' })]).toEqual(['before']);
  storage.put('after', '1');
  await storage.stored();
  expect(reopened().get('after')).toBe('1');
});

it('refuses an entry whose bytes have changed, at the next start', async () => {
  storage.put('item', 'the value of this item');
  await storage.stored();
  storage.close();
  const bytes = readFileSync(path);
  bytes.write('X', bytes.indexOf('value of this'));
  writeFileSync(path, bytes);
  expect(() => new Storage({ path })).toThrow(`${path} is damaged: the entry item has changed`);
});

it('refuses it at a read, where the store is too large to be checked when it is opened', async () => {
  storage.put('item', 'the value of this item');
  await storage.stored();
  storage.close();
  const bytes = readFileSync(path);
  bytes.write('X', bytes.indexOf('value of this'));
  writeFileSync(path, bytes);
  storage = new Storage({ path, checkedBytes: 0 });
  expect(() => storage.get('item')).toThrow(`${path} is damaged: the entry item has changed`);
});
