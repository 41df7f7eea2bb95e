import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stopped } from './command.ts';

const everyMs = 500;

/** How far a command is, kept in a folder of its owner only, so that it goes on after a kill. */
export class Journal<State> {
  readonly folder: string;
  readonly #file: string;
  #writtenAtMs = 0;

  constructor(folder: string) {
    this.folder = folder;
    this.#file = join(folder, 'state.json');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** What an earlier run wrote last. @throws Stopped where a power cut left a part of it */
  read(): State | undefined {
    if (!existsSync(this.#file)) return undefined;
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as State;
    } catch {
      throw new Stopped(`${this.#file} is damaged: the same command with --restart begins anew.`);
    }
  }

  /** How long ago it was written, in milliseconds; nothing was written yet: 0. */
  get ageMs(): number {
    return Date.now() - (statSync(this.#file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
  }

  /** In one step, so that it is there whole or not at all. */
  write(state: State): void {
    writeFileSync(`${this.#file}.new`, JSON.stringify(state), { mode: 0o600 });
    renameSync(`${this.#file}.new`, this.#file);
    this.#writtenAtMs = Date.now();
  }

  /** Writes unless it did half a second ago: for what may be done again. */
  writeSometimes(state: State): void {
    if (Date.now() - this.#writtenAtMs >= everyMs) this.write(state);
  }

  /** Forgets everything; the folder goes. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
