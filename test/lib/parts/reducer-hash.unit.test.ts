import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bundle } from '../../../lib/parts/bundles.ts';
import { taskReducerHash } from '../../../lib/parts/reducer-hash.ts';

const root = join(import.meta.dirname, '../../..');
let scratch: string;
beforeAll(() => {
  mkdirSync(join(root, '.local'), { recursive: true });
  scratch = mkdtempSync(join(root, '.local/reducer-')); // inside, where its imports are found
});
afterAll(() => rmSync(scratch, { recursive: true }));

/** The hash of a domain in which one file reads otherwise. */
const hashWith = (file: string, from: string, to: string): string => {
  const domain = join(mkdtempSync(join(scratch, 'copy-')), 'domain');
  cpSync(join(root, 'domain'), domain, { recursive: true });
  const text = readFileSync(join(domain, file), 'utf8');
  expect(text).toContain(from);
  writeFileSync(join(domain, file), text.replace(from, to));
  return taskReducerHash(domain);
};

describe('the name of the code that folds events', () => {
  const hash = taskReducerHash();

  it('is another one for another fold, another upcaster or another schema of an event', () => {
    const others = [
      hashWith('task/task.ts', 'deleted: true }', 'deleted: true, done: true }'),
      hashWith('task/upcast.ts', 'done: false', 'done: true'),
      hashWith('task/task-events.ts', '10_000', '20_000'),
    ];
    expect(new Set([hash, ...others]).size).toBe(4);
  });

  it('is the same whatever the comments say and whatever else is in the domain', () => {
    expect(taskReducerHash()).toBe(hash);
    expect(hashWith('task/task.ts', '/** Before the first event. */', '// nothing yet')).toBe(hash);
    expect(hashWith('order/order.ts', 'must be a text', 'must be text')).toBe(hash);
  });

  it('is in the functions that keep snapshots', () => {
    bundle(scratch);
    for (const name of ['handle-task-command', 'query-tasks']) {
      expect(readFileSync(join(scratch, name, 'handler.cjs'), 'utf8')).toContain(hash);
    }
  });
});
