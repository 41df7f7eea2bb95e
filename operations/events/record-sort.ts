import { hash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import { positionDigits, positionOf } from '../../lambda/stores/position.ts';
import { LineWriter, readLines } from './line-file.ts';

const placeLength = 32 + 1 + positionDigits;

export interface RecordSortOptions {
  /** Sorted in memory at a time, in characters. @default 32 Mi */
  readonly runLength?: number;
  /** Merged at a time: so many files are open at once. @default 64 */
  readonly fanIn?: number;
}

/**
 * Sorts records by partition key and, within it, by sequence number, on disk: what is in memory at a time doesn't grow
 * with their number. Keys come in the order of their MD5 hashes, as Kinesis itself spreads them, so that neighbours
 * don't all go to one partition of a store. Of equal sequence numbers one is kept.
 */
export class RecordSort {
  readonly #folder: string;
  readonly #runLength: number;
  readonly #fanIn: number;
  #lines: string[] = [];
  #length = 0;
  #runs: string[] = [];
  #made = 0;

  /** `folder` holds what is being sorted; whatever was there before goes. */
  constructor(folder: string, { runLength = 32 * 1_024 * 1_024, fanIn = 64 }: RecordSortOptions = {}) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#folder = folder;
    this.#runLength = runLength;
    this.#fanIn = fanIn;
  }

  add(record: ArchivedRecord): void {
    const line = `${placeOf(record)} ${JSON.stringify(record)}`;
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= this.#runLength) this.#spill();
  }

  /** Writes all of them, sorted, to `path`, which is there whole or not at all; answers their number. */
  finish(path: string): number {
    this.#spill();
    const count = this.#merge(this.#runs, `${path}.new`);
    renameSync(`${path}.new`, path);
    rmSync(this.#folder, { recursive: true });
    return count;
  }

  #spill(): void {
    if (this.#lines.length === 0) return;
    const run = this.#nextRun();
    const writer = new LineWriter(run);
    for (const line of this.#lines.sort()) writer.write(line);
    writer.close();
    this.#lines = [];
    this.#length = 0;
    this.#runs.push(run);
    if (this.#runs.length < this.#fanIn) return;
    const merged = this.#nextRun();
    this.#merge(this.#runs, merged);
    for (const each of this.#runs) rmSync(each);
    this.#runs = [merged];
  }

  #nextRun(): string {
    return join(this.#folder, `run-${this.#made++}`);
  }

  #merge(runs: readonly string[], path: string): number {
    const writer = new LineWriter(path);
    let count = 0;
    let last = '';
    for (const line of smallestFirst(runs.map(readLines))) {
      const place = line.slice(0, placeLength);
      if (place === last) continue;
      last = place;
      writer.write(line);
      count++;
    }
    writer.close();
    return count;
  }
}

/** The records that `RecordSort` wrote to `path`, in its order. */
export function* readSorted(path: string): Generator<ArchivedRecord, void, undefined> {
  for (const line of readLines(path)) yield JSON.parse(line.slice(placeLength + 1)) as ArchivedRecord;
}

const placeOf = ({ partitionKey, sequenceNumber }: ArchivedRecord): string =>
  `${hash('md5', partitionKey)} ${positionOf(sequenceNumber)}`;

/** Few sources: looking at the first of each costs less than a heap would. */
function* smallestFirst(sources: readonly Generator<string, void, undefined>[]): Generator<string, void, undefined> {
  const heads = sources.flatMap((source) => {
    const first = source.next();
    return first.done ? [] : [{ source, line: first.value }];
  });
  while (heads.length > 0) {
    let smallest = 0;
    for (let at = 1; at < heads.length; at++)
      if ((heads[at]?.line ?? '') < (heads[smallest]?.line ?? '')) smallest = at;
    const head = heads[smallest];
    if (!head) return;
    yield head.line;
    const next = head.source.next();
    if (next.done) heads.splice(smallest, 1);
    else head.line = next.value;
  }
}
