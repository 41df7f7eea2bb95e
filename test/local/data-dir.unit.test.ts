import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DataDir, openDataDir } from '../../local/data-dir.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const using = <Result>(work: (dataDir: DataDir) => Result): Result => {
  const dataDir = openDataDir(folder);
  try {
    return work(dataDir);
  } finally {
    dataDir.close();
  }
};

describe('a data directory', () => {
  it('that was made for it stays out of git, with the keys that it holds', () => {
    const made = join(folder, 'data');
    openDataDir(made).close();
    openDataDir(made).close();
    expect(readFileSync(join(made, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it('that was there before is left to its owner', () => {
    openDataDir(folder).close();
    expect(existsSync(join(folder, '.gitignore'))).toBe(false);
  });
});

describe('a secret', () => {
  it('is the same from start to start', () => {
    const made = using(({ secret }) => secret('kept'));

    expect(made).toMatch(/^[0-9a-f]{40}$/);
    expect(using(({ secret }) => secret('kept'))).toBe(made);
  });

  it.each(['', '0123456789'])('is made anew where only %j of it came to the disk', (part) => {
    const file = join(folder, 'secrets', 'cut-off');
    using(({ secret }) => secret('cut-off'));
    writeFileSync(file, part);
    const made = using(({ secret }) => secret('cut-off'));

    expect(made).toMatch(/^[0-9a-f]{40}$/);
    expect(using(({ secret }) => secret('cut-off'))).toBe(made);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
