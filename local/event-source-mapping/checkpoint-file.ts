import { closeSync, constants, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { StartError } from '../start-error.ts';

/** How far one mapping is with one shard. */
export type Checkpoint =
  /** Everything up to this sequence number is done. */
  | { readonly after: string }
  /** Nothing is done yet; everything that arrived since this moment is to do (milliseconds since the epoch). */
  | { readonly sinceMs: number }
  /** The shard is closed, and all of it is done. */
  | { readonly ended: true };

/**
 * Keeps one checkpoint in a file of its own. A write is one small call into the file's first block, so it is there
 * whole or not at all when the process is killed; a power cut may lose it.
 */
export class CheckpointFile {
  private readonly path: string;
  private readonly file: number;
  private text: string;

  constructor(path: string) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true });
    this.file = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
    this.text = readFileSync(path, 'utf8').trim();
  }

  /** @throws StartError where the file is damaged */
  read(): Checkpoint | undefined {
    if (this.text === '') return undefined;
    try {
      return JSON.parse(this.text);
    } catch (cause) {
      throw new StartError(
        `${this.path} can't be read: it is damaged; empty it, and its shard is read again from the beginning`,
        { cause },
      );
    }
  }

  write(checkpoint: Checkpoint): void {
    const text = JSON.stringify(checkpoint);
    if (text === this.text) return;
    writeSync(this.file, text.padEnd(blockBytes), 0);
    this.text = text;
  }

  close(): void {
    closeSync(this.file);
  }
}

const blockBytes = 128; // more than any checkpoint takes, so that a shorter one covers a longer one
