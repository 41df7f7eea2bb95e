import { closeSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import * as z from 'zod/mini';
import { fileMode, folderMode } from './private-file.ts';
import { StartError } from './start-error.ts';

/** What a kind of state file keeps, and what to tell a person whose file is damaged. */
export interface StateKind<Content> {
  /** What the content looks like; anything else is damage. */
  readonly schema: z.ZodMiniType<Content>;
  /** Ends the sentence "It keeps …": `how far the mapping Orders has read the shard shardId-0`. */
  readonly keeps: string;
  /** What a start with `--salvage` does about it, in a sentence. */
  readonly remedy: string;
}

/** How to go on where a file that can't be read may go. */
export const salvageRemoves = 'A start with --salvage removes it.';

const version = 1;
const envelope = z.strictObject({ version: z.literal(version), crc32: z.string(), content: z.unknown() });

/**
 * Reads a small piece of state that `writeState` or a `StateFile` has written: one line of JSON,
 * `{"version":1,"crc32":"<of the content as JSON>","content":…}`. Answers undefined where there is no file.
 *
 * @throws StartError where the file is damaged: it names the file, says what it keeps, and how to go on
 */
export const readState = <Content>(path: string, kind: StateKind<Content>): Content | undefined => {
  const text = textOf(path)?.trim();
  if (text === undefined) return undefined;
  const reading = readingOf(text);
  const content = 'content' in reading ? z.safeParse(kind.schema, reading.content) : undefined;
  if (content?.success) return content.data;
  const damage = 'damage' in reading ? reading.damage : wrongContent;
  throw new StartError(`${path} can't be read: it is damaged (${damage}). It keeps ${kind.keeps}. ${kind.remedy}`);
};

const textOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
};

const wrongContent = 'its content is not what belongs there';

type Reading = { readonly content: unknown } | { readonly damage: string };

const readingOf = (text: string): Reading => {
  const value = parsed(text);
  if (value === undefined) return { damage: text === '' ? 'it is empty' : 'it is not JSON' };
  if (typeof value !== 'object' || value === null || !('version' in value)) return { damage: wrongContent };
  if (value.version !== version)
    return { damage: `its version is ${value.version}: a later release may have written it` };
  const { success, data } = z.safeParse(envelope, value);
  if (!success || data.content === undefined) return { damage: wrongContent };
  return data.crc32 === checksumOf(JSON.stringify(data.content)) ? data : { damage: 'its checksum is wrong' };
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** What is wrong with a state file of any kind; undefined where it is whole, or not there. */
export const damageOf = (path: string): string | undefined => {
  const text = textOf(path)?.trim();
  const reading = text === undefined ? undefined : readingOf(text);
  return reading && 'damage' in reading ? reading.damage : undefined;
};

/**
 * Writes a state file anew, with the folders above it, for its owner only. It is a file beside it until it is whole:
 * when the process is killed, the state before is there or this one. A power cut may lose it.
 */
export const writeState = (path: string, content: unknown): void => {
  mkdirSync(dirname(path), { recursive: true, mode: folderMode });
  const unfinished = `${path}.new`;
  rmSync(unfinished, { force: true }); // a mode counts for a new file only
  writeFileSync(unfinished, stateText(content), { mode: fileMode });
  renameSync(unfinished, path);
};

const stateText = (content: unknown): string => {
  const json = JSON.stringify(content);
  return `{"version":${version},"crc32":"${checksumOf(json)}","content":${json}}\n`;
};

const checksumOf = (json: string): string => crc32(json).toString(16).padStart(8, '0');

/** More than any content of a `StateFile` takes, so that a shorter one covers a longer one. */
const blockBytes = 256;

/**
 * A state file that changes many times a second. To put another in its place costs the disk most of a millisecond each
 * time, so it is overwritten by one small write into its first block: that is there whole or not at all when the process
 * is killed. A power cut may lose it or damage it, which the checksum shows.
 */
export class StateFile<Content> {
  readonly #path: string;
  #file: number | undefined;
  #written: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  write(content: Content): void {
    const text = stateText(content);
    if (text === this.#written) return;
    if (text.length > blockBytes)
      throw new RangeError(`${this.#path}: a content of ${text.length} characters is too long`);
    if (this.#file === undefined) {
      writeState(this.#path, content);
      this.#file = openSync(this.#path, 'r+');
    } else writeSync(this.#file, text.padEnd(blockBytes), 0);
    this.#written = text;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#written = undefined;
  }
}
