import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeLock } from './file-lock.ts';

export interface TemporaryFolder {
  readonly path: string;
  close(): void;
}

const prefix = 'event-sourcing-';
const folderName = /^event-sourcing-[A-Za-z0-9]{6}$/;
const lockName = 'lock';

/** Well after the start, which it would hold up. */
const removalDelayMs = 5_000;

/** A folder that changed more lately may be just made, and not locked yet. */
const settledMs = 60_000;

/**
 * Makes a folder that goes on close, at the latest with the process. A few seconds later, those go that processes left
 * behind when they were killed.
 */
export const makeTemporaryFolder = (parent: string = tmpdir()): TemporaryFolder => {
  const path = mkdtempSync(join(parent, prefix));
  const unlock = takeLock(join(path, lockName));
  const remove = (): void => {
    unlock?.();
    rmSync(path, { recursive: true, force: true });
  };
  const removal = setTimeout(() => void removeAbandoned(parent), removalDelayMs).unref();
  process.once('exit', remove);
  return {
    path,
    close: () => {
      clearTimeout(removal);
      process.off('exit', remove);
      remove();
    },
  };
};

const removeAbandoned = async (parent: string): Promise<void> => {
  for (const name of await readdir(parent).catch(() => [])) {
    if (folderName.test(name)) await removeIfAbandoned(join(parent, name)).catch(() => {}); // another may be at it too
  }
};

/** Removes the folder if it is this user's and nobody holds its lock; that goes last, so that the rest can't stay. */
const removeIfAbandoned = async (path: string): Promise<void> => {
  const found = await lstat(path);
  const isMine = process.getuid === undefined || found.uid === process.getuid();
  if (!found.isDirectory() || !isMine || Date.now() - found.mtimeMs < settledMs) return;
  const lock = join(path, lockName);
  const unlock = existsSync(lock) ? takeLock(lock) : undefined;
  if (!unlock) return;
  try {
    const names = (await readdir(path)).filter((name) => name !== lockName);
    for (const name of names) await rm(join(path, name), { recursive: true, force: true });
  } finally {
    unlock();
  }
  await rm(path, { recursive: true, force: true });
};
