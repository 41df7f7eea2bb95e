import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileMode, folderMode } from '../private-file.ts';

/** Where a function's lines go: CloudWatch Logs on AWS, a file here. */
export interface FunctionLog {
  /** Takes whole lines, each with its line end. */
  write(lines: string): void;
  /** Resolves when all that was written is in the file. */
  close(): Promise<void>;
}

const flushAfterMs = 200;
const flushAtCharacters = 64 * 1024;
const largestFileBytes = 16 * 1024 * 1024;

/**
 * Appends to `file` in bulk: a few times a second, not a line at a time. Nothing is created before the first line.
 * A file of 16 MiB makes room for the next and stays beside it as `<file>.1` until that is full too.
 */
export const openFunctionLog = (file: string): FunctionLog => {
  let lines: string[] = [];
  let characters = 0;
  let handle: FileHandle | undefined;
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const append = async () => {
    const text = lines.join('');
    lines = [];
    characters = 0;
    if (text === '') return;
    if (!handle) {
      await mkdir(dirname(file), { recursive: true, mode: folderMode });
      handle = await open(file, 'a', fileMode);
      bytes = (await handle.stat()).size;
    }
    await handle.appendFile(text);
    bytes += Buffer.byteLength(text);
    if (bytes < largestFileBytes) return;
    await handle.close();
    handle = undefined;
    await rename(file, `${file}.1`);
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(append).catch(() => undefined); // a full disk must not stop the function
    return writing;
  };

  return {
    write(text) {
      lines.push(text);
      characters += text.length;
      if (characters >= flushAtCharacters) flush();
      else timer ??= setTimeout(flush, flushAfterMs).unref();
    },
    async close() {
      await flush();
      await handle?.close();
      handle = undefined;
    },
  };
};
