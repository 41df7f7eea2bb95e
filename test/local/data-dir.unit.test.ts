import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

const refusalOf = (path: string): unknown => {
  try {
    return openDataDir(path);
  } catch (error) {
    return error;
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

  it('is closed to other users, but not one that all users share', () => {
    const [open, shared, made] = ['open', 'shared', 'made'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    mkdirSync(open);
    chmodSync(open, 0o775);
    mkdirSync(shared);
    chmodSync(shared, 0o1777); // as /tmp has it
    const modes = [open, shared, made].map((path) => {
      openDataDir(path).close();
      return statSync(path).mode & 0o7777;
    });

    expect(modes).toEqual([0o700, 0o1777, 0o700]);
    expect(['lock', '.gitignore'].map((name) => statSync(join(made, name)).mode & 0o777)).toEqual([0o600, 0o600]);
  });

  it('is made with the folders above it', () => {
    const made = join(folder, 'a/b/c');
    openDataDir(made).close();
    expect(existsSync(made)).toBe(true);
  });

  it.each(['file', 'file/below', 'file/far/below'])('that is or lies below a file is refused: %s', (path) => {
    writeFileSync(join(folder, 'file'), '');
    expect(refusalOf(join(folder, path))).toMatchObject({
      name: 'StartError',
      message:
        `--data-dir: ${folder}/file can't be used: a file stands where a folder is needed: move it away ` +
        `(EEXIST: file already exists, mkdir '${folder}/file')`,
    });
  });

  it('whose lock is a folder is refused, and the folder named', () => {
    mkdirSync(join(folder, 'lock'));
    expect(refusalOf(folder)).toMatchObject({
      name: 'StartError',
      message:
        `--data-dir: ${folder}/lock can't be used: a folder stands where a file is needed: move it away ` +
        `(EISDIR: illegal operation on a directory, open '${folder}/lock')`,
    });
  });

  it('whose lock is damaged is used all the same', () => {
    writeFileSync(join(folder, 'lock'), Buffer.alloc(4_096));
    expect(using(({ path }) => path)).toBe(folder);
  });
});

describe('a secret', () => {
  it('is the same from start to start', () => {
    const made = using(({ secret }) => secret('kept'));

    expect(made).toMatch(/^[0-9a-f]{40}$/);
    expect(using(({ secret }) => secret('kept'))).toBe(made);
  });

  it('is made anew where nothing of it came to the disk', () => {
    const file = join(folder, 'secrets', 'cut-off');
    using(({ secret }) => secret('cut-off'));
    writeFileSync(file, '');
    const made = using(({ secret }) => secret('cut-off'));

    expect(made).toMatch(/^[0-9a-f]{40}$/);
    expect(using(({ secret }) => secret('cut-off'))).toBe(made);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each(['0123456789', 'null', '0123456789abcdef0123456789abcdef0123456!', 'changed'])(
    'that is damaged is refused by its name and stays as it is, since clients may know it: %s',
    (content) => {
      const file = join(folder, 'secrets', 'known');
      using(({ secret }) => secret('known'));
      const swapped = (kept: string) => kept.replace(/(?<="content":")./, (first) => (first === '0' ? '1' : '0'));
      const damaged = content === 'changed' ? swapped(readFileSync(file, 'utf8')) : content;
      writeFileSync(file, damaged);

      expect(() => using(({ secret }) => secret('known'))).toThrow(`${file} can't be read: it is damaged`);
      expect(readFileSync(file, 'utf8')).toBe(damaged);
    },
  );
});
