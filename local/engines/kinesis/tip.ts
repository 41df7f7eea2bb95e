import { randomBytes } from 'node:crypto';
import { indexOf, lowerPart, oneIndex, upperPart } from './sequence-number.ts';

/** What a tip starts from. */
interface TipStart {
  readonly shardIndex: number;
  readonly shardSeconds: number;
  /** The index from which on records are numbered. */
  readonly index: bigint;
  /** The sequence number of the newest record; empty if there is none. */
  readonly newest: string;
  readonly arrivedMs: number;
}

/** The newest end of a shard: gives each record its sequence number and its time of arrival. */
export class Tip {
  /** The end of the shard as a position: no record lies above it, and the next one will. */
  number: string;
  /** The sequence number of the newest record; empty if there is none. */
  newest: string;
  /** When the newest record arrived; the time of a shard never goes back. */
  arrivedMs: number;
  /** The sequence number that was given out last, since this tip was made. */
  given: string | undefined;
  private upper: bigint;
  private lower = 0n;
  private seconds = -1;
  private readonly shardIndex: number;

  constructor({ shardIndex, shardSeconds, index, newest, arrivedMs }: TipStart) {
    this.shardIndex = shardIndex;
    this.newest = newest;
    this.upper = upperPart(shardSeconds, shardIndex, index);
    this.number = String(this.upper);
    this.arrivedMs = arrivedMs;
  }

  /** Up to which index numbers may have been given out. */
  get index(): bigint {
    return indexOf(this.upper);
  }

  /** Gives out the next number, for a record that arrives now. */
  next(nowMs: number): string {
    if (nowMs > this.arrivedMs) this.arrivedMs = nowMs;
    const seconds = Math.floor(this.arrivedMs / 1_000);
    if (seconds !== this.seconds) {
      this.seconds = seconds;
      this.lower = lowerPart(seconds, this.shardIndex);
    }
    this.upper += oneIndex;
    const number = String(this.upper + this.lower);
    this.number = number;
    this.newest = number;
    this.given = number;
    return number;
  }
}

/**
 * How far numbering jumps ahead when a shard is opened again. The newest records may be lost then, and so the numbers
 * that were given out. A random jump also differs from the one that an earlier start made from the same place.
 */
export const newJump = (): bigint => (1n << 32n) + BigInt(randomBytes(5).readUIntBE(0, 5));
