import { closeSync, openSync } from 'node:fs';

/** For the owner only: a data directory holds keys, and whatever data the stack was given. */
export const fileMode = 0o600;
export const folderMode = 0o700;

/**
 * Makes an empty file for its owner only, where there is none, for what can't be told a mode: SQLite gives its journals
 * the mode of the file itself. A file that is there isn't even opened: to close it again would end the process's locks.
 */
export const makePrivateFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', fileMode));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
};
