import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { checkFiles, listFiles, salvageFiles } from './data-files.ts';
import { takeLock } from './file-lock.ts';
import { fileMode, folderMode } from './private-file.ts';
import { asStartError, StartError } from './start-error.ts';
import { readState, type StateKind, salvageRemoves, writeState } from './state-file.ts';
import { makeTemporaryFolder } from './temporary-folder.ts';

/** The folder that holds all state of one running stack; nobody else may use it meanwhile. */
export interface DataDir {
  readonly path: string;
  /**
   * A secret of 40 hexadecimal characters, made when it is first asked for by this name, readable by its owner only.
   */
  secret(name: string): string;
  /** To be called when all that belongs to a start is there: from now on, a file that goes missing is noticed. */
  isReady(): void;
  /** Lets go of the folder; a temporary one is removed. */
  close(): void;
}

/**
 * Takes `path` for this runtime, or a temporary folder that goes on close, at the latest with the process.
 * Throws a `StartError` where another runtime holds it, where it can't be made or written to, and where a file of it is
 * missing. With `salvage`, goes on with what is whole, and reports what is not, a line at a time.
 */
export const openDataDir = (path?: string, salvage?: (report: string) => void): DataDir => {
  if (path === undefined) {
    const folder = makeTemporaryFolder();
    return { ...folder, secret: (name) => secretIn(folder.path, name), isReady: () => {} };
  }
  const directory = resolve(path);
  try {
    const isNew = makeFolder(directory, folderMode);
    const ignoreFile = join(directory, '.gitignore'); // the folder may lie in a checkout, and it holds keys
    if (isNew) writeFileSync(ignoreFile, '*\n', { mode: fileMode });
    else closeToOthers(directory);
  } catch (error) {
    throw new StartError(`--data-dir: ${(asStartError(error) as Error).message}`, { cause: error });
  }
  const unlock = lock(directory);
  try {
    if (salvage) salvageFiles(directory, salvage);
    else checkFiles(directory);
  } catch (error) {
    unlock();
    throw error;
  }
  const close = () => {
    if (existsSync(directory)) listFiles(directory);
    unlock();
  };
  return { path: directory, secret: (name) => secretIn(directory, name), isReady: () => listFiles(directory), close };
};

/**
 * Makes a folder, with those above it, where it isn't there yet; answers whether it wasn't. Node's own `recursive`
 * never ends where the system denies a folder that is there, as /proc does for all below it.
 */
const makeFolder = (path: string, mode?: number): boolean => {
  if (isFolder(path)) return false;
  if (dirname(path) !== path) makeFolder(dirname(path));
  try {
    mkdirSync(path, { mode });
    return true;
  } catch (error) {
    if (isFolder(path)) return false; // somebody else was faster
    throw error;
  }
};

/**
 * An earlier release left what it wrote open to others, here and below: the folder itself keeps them out of all of it.
 * One that all users share, such as /tmp, stays as it is, and so does one whose mode can't be changed.
 */
const closeToOthers = (directory: string): void => {
  const { mode } = statSync(directory);
  const isShared = (mode & sticky) !== 0;
  if (isShared || (mode & 0o077) === 0) return;
  try {
    chmodSync(directory, folderMode);
  } catch {}
};

const sticky = 0o1000;

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

const lock = (directory: string): (() => void) => {
  const owner = join(directory, 'runtime.pid');
  let unlock: (() => void) | undefined;
  try {
    unlock = takeLock(join(directory, 'lock'));
  } catch (error) {
    const { message } = error as Error;
    const why = error instanceof StartError ? message : `${directory} can't be used: ${message}`;
    throw new StartError(`--data-dir: ${why}`, { cause: error });
  }
  if (!unlock) {
    const pid = existsSync(owner) ? ` (process ${readFileSync(owner, 'utf8')})` : '';
    throw new StartError(`another runtime${pid} is using ${directory}: stop it, or choose another --data-dir`);
  }
  const release = unlock;
  writeFileSync(owner, String(process.pid), { mode: fileMode });
  return () => {
    rmSync(owner, { force: true });
    release();
  };
};

const secretLength = 40;

const kindOfSecret = (name: string): StateKind<string> => ({
  schema: z.string().check(z.regex(/^[0-9a-f]{40}$/)),
  keeps: `the secret ${name}, which clients may know`,
  remedy: `${salvageRemoves} A new secret is then made; take it from .local/env or .local/api-key.`,
});

/** A full disk can leave an empty file. No client has that secret yet, so a new one takes its place. */
const secretIn = (directory: string, name: string): string => {
  const file = join(directory, 'secrets', name);
  const isEmpty = statSync(file, { throwIfNoEntry: false })?.size === 0;
  const kept = isEmpty ? undefined : readState(file, kindOfSecret(name));
  if (kept !== undefined) return kept;
  const secret = randomBytes(secretLength / 2).toString('hex');
  writeState(file, secret);
  return secret;
};
