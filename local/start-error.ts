import { StorageDamage } from './storage/damage.ts';

/**
 * Why the runtime can't start, said to the person at the terminal: the command prints the message and nothing else.
 * Anything else that is thrown is a defect, and keeps its stack trace.
 */
export class StartError extends Error {
  override readonly name = 'StartError';
}

/** What to say of a damaged file, of which `damage` tells. */
export const howToSalvage = (damage: string): string =>
  `${damage}. Start with --salvage to keep what is whole and see what is gone, or with another --data-dir`;

/** By the system's code: what is wrong with a file or a folder, and what helps. */
const fileFaults: Readonly<Record<string, string>> = {
  EACCES: 'it belongs to somebody else: make it yours by chown, or move it away',
  EPERM: 'it belongs to somebody else: make it yours by chown, or move it away',
  EROFS: 'its disk can only be read',
  ENOSPC: 'its disk is full',
  ENOTDIR: 'a file stands where a folder is needed: move it away',
  EEXIST: 'a file stands where a folder is needed: move it away',
  EISDIR: 'a folder stands where a file is needed: move it away',
};

/** Node makes folders with all above them; where it can't for another reason, it tells that the folder isn't there. */
const unmade = "it can't be made, as on a disk that can only be read: choose another place";

/** The error of a file that the caller can set right as a `StartError` that names the file; any other as it is. */
export const asStartError = (error: unknown): unknown => {
  if (error instanceof StorageDamage) return new StartError(howToSalvage(error.message), { cause: error });
  const { code = '', syscall, path, message } = error as NodeJS.ErrnoException;
  const file = path ?? (syscall === 'write' ? 'a file' : undefined); // whoever finds the disk full has no path any more
  const fault = code === 'ENOENT' && syscall === 'mkdir' ? unmade : fileFaults[code];
  return file && fault ? new StartError(`${file} can't be used: ${fault} (${message})`, { cause: error }) : error;
};
