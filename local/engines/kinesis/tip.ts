import { randomBytes } from 'node:crypto';
import { indexOf, lowerPart, oneIndex, upperPart } from './sequence-number.ts';

/** What a tip starts from. */
interface TipStart {
  readonly shardIndex: number;
  readonly shardSeconds: number;
  /** The index from which on records are numbered. */
  readonly index: bigint;
  readonly newest: string;
  readonly arrivedMs: number;
}

/** The newest end of a shard: gives each record its sequence number and its time of arrival. */
export class Tip {
  /** The sequence number of the newest record, or the one that the shard starts with: the position of its end. */
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
    this.newest = number;
    this.given = number;
    return number;
  }
}

/**
 * The index from which a reopened shard counts on. It is above every index given out before, even if the store has lost
 * its newest records: it grows by 2^20 with each millisecond, which is more records than a shard can take. If the clock
 * was set back, a random jump still repeats no number.
 */
export const reopenedIndex = (firstIndex: bigint, newestIndex: bigint): bigint => {
  const jumped = newestIndex + (1n << 32n) + BigInt(randomBytes(5).readUIntBE(0, 5));
  const timed = firstIndex + (BigInt(Date.now() - epochMs) << 20n);
  return timed > jumped ? timed : jumped;
};

/** In 2023, before the first shard. A century later the index still has room. */
const epochMs = 1_700_000_000_000;
