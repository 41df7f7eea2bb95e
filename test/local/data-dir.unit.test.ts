import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openDataDir } from '../../local/data-dir.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-dir-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

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
