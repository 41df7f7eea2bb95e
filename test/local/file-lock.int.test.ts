import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { takeLock } from '../../local/file-lock.ts';
import { StartError } from '../../local/start-error.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Runs the work while a process of its own holds the lock. */
const whileHeld = async (work: () => void): Promise<void> => {
  const script = `
    import { takeLock } from ${JSON.stringify(join(import.meta.dirname, '../../local/file-lock.ts'))};
    console.log(takeLock(process.argv[1]) ? 'held' : 'refused');
    process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script, path], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [said] = await once(child.stdout, 'data');
    expect(String(said)).toBe('held\n');
    work();
  } finally {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
};

/** Takes the lock, lets go of it, and takes it again. */
const lockTwice = (): void => {
  for (let time = 0; time < 2; time++) {
    const unlock = takeLock(path);
    expect(unlock).toBeDefined();
    unlock?.();
  }
};

const makeDatabase = (): void => {
  const database = new DatabaseSync(path);
  database.exec('CREATE TABLE t (a)');
  database.close();
};

describe('a lock', () => {
  it('is held by one at a time, and free once its holder is killed', async () => {
    await whileHeld(() => expect(takeLock(path)).toBeUndefined());

    const unlock = takeLock(path);
    expect(unlock).toBeDefined();
    unlock?.();
  });

  it.each([
    ['filled with zeros', () => writeFileSync(path, Buffer.alloc(4_096))],
    ['one byte long', () => writeFileSync(path, 'x')],
    ['another database', makeDatabase],
    [
      'cut',
      () => {
        makeDatabase();
        truncateSync(path, 700);
      },
    ],
    [
      'overwritten beside a journal',
      () => {
        writeFileSync(path, 'no database '.repeat(1_000));
        writeFileSync(`${path}-journal`, 'no journal '.repeat(1_000));
      },
    ],
  ])('whose file is %s is taken all the same', (_, damage) => {
    damage();
    lockTwice();
  });

  it('whose file holds any bytes is taken all the same', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        writeFileSync(path, bytes);
        lockTwice();
      }),
      { numRuns: 50 },
    );
  });

  it('that is held stays held when its file is damaged', async () => {
    await whileHeld(() => {
      writeFileSync(path, Buffer.alloc(4_096));
      expect(takeLock(path)).toBeUndefined();
    });
    lockTwice();
  });

  it('in whose place a folder stands is refused by its name', () => {
    mkdirSync(path);

    expect(() => takeLock(path)).toThrow(StartError);
    expect(() => takeLock(path)).toThrow(`${path} can't be used: a folder stands where a file is needed: move it away`);
  });
});
