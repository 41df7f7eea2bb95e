import { readFileSync, writeFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { StorageDamage } from './damage.ts';

export const headPath = (path: string): string => `${path}-head`;

/** The head of a store: the number of its commits, with a checksum, in one line of fixed length. */
export const headText = (commits: number): string => {
  const count = String(commits).padStart(16, '0');
  return `${count} ${crc32(count).toString(16).padStart(8, '0')}\n`;
};

/** Makes the head of a store that has no commits yet; answers their number. */
export const makeHead = (path: string): number => {
  writeFileSync(headPath(path), headText(0), { mode: 0o600 });
  return 0;
};

/**
 * How many commits the store at `path` has at least; undefined where no head is there.
 * Throws a `StorageDamage` for a head that was changed.
 */
export const readHead = (path: string): number | undefined => {
  let text: string;
  try {
    text = readFileSync(headPath(path), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const commits = Number(text.slice(0, 16));
  if (!Number.isSafeInteger(commits) || text !== headText(commits)) {
    throw new StorageDamage(path, `its head has changed: ${headPath(path)}`);
  }
  return commits;
};
