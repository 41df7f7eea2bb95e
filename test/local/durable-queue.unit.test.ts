import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { DurableQueue } from '../../local/durable-queue.ts';
import { StorageDamage } from '../../local/storage/damage.ts';

const folder = mkdtempSync(join(tmpdir(), 'queue-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const aPath = () => join(folder, 'below', `${files++}.sqlite`);

describe('a durable queue', () => {
  it('keeps its entries in their order until they are removed', () => {
    const queue = new DurableQueue<{ n: number }>(aPath());
    const ids = queue.add([{ n: 1 }, { n: 2 }, { n: 3 }]);
    queue.add([{ n: 4 }]);
    queue.replace(ids[2] as number, { n: 30 });
    queue.remove([ids[0] as number]);

    expect(queue.entries().map(({ entry }) => entry.n)).toEqual([2, 30, 4]);
    queue.close();
  });

  it('is there for who opens it again, and never gives an id twice', () => {
    const path = aPath();
    const first = new DurableQueue<string>(path);
    const ids = first.add(['a', 'b']);
    first.remove(ids);
    first.close();
    const second = new DurableQueue<string>(path);
    const [next] = second.add(['c']);

    expect(ids).not.toContain(next);
    expect(second.entries()).toEqual([{ id: next, entry: 'c' }]);
    second.close();
  });

  it('keeps nothing of a call that fails', () => {
    const queue = new DurableQueue<unknown>(aPath());
    const circle: Record<string, unknown> = {};
    circle.self = circle;

    expect(() => queue.add(['a', circle])).toThrow('circular');
    expect(queue.entries()).toEqual([]);
    queue.close();
  });

  it('costs nothing before its first entry', () => {
    const path = aPath();
    const queue = new DurableQueue<string>(path);

    expect([queue.entries(), queue.add([])]).toEqual([[], []]);
    queue.remove([]);
    queue.close();
    expect(existsSync(path)).toBe(false);
  });

  it('names its file where that is damaged', () => {
    const path = aPath();
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'no database, and longer than the first page of one has to be'.repeat(100));

    const read = () => new DurableQueue<string>(path).entries();

    expect(read).toThrow(StorageDamage);
    expect(read).toThrow(`${path} is damaged: its head is gone`);
  });
});
