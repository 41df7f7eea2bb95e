import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Each folder and file, from `path` down, that other users of the machine may read or write, with its mode. */
export const openToOthers = (path: string): string[] => {
  const { mode } = statSync(path);
  const own = mode & 0o077 ? [`${path} ${(mode & 0o7777).toString(8)}`] : [];
  if ((mode & 0o170000) !== 0o040000) return own;
  return [...own, ...readdirSync(path).flatMap((name) => openToOthers(join(path, name)))];
};

/** Does the work with the file mode mask that most machines have. */
export const withUsualMask = async <Result>(work: () => Promise<Result> | Result): Promise<Result> => {
  const before = process.umask(0o022);
  try {
    return await work();
  } finally {
    process.umask(before);
  }
};
