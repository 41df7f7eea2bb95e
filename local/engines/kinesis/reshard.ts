import { before, type HashKey, numberOf, uniformStarts } from './hash-key.ts';
import { newFirstIndex, type Shard, type StoredShard, type Stream } from './stream.ts';
import type { Streams } from './streams.ts';

/** The shards of a stream while some are closed and their children are opened. */
class Resharding {
  readonly shards: StoredShard[];
  private readonly nowMs: number;

  constructor(shards: readonly StoredShard[], nowMs: number) {
    this.shards = [...shards];
    this.nowMs = nowMs;
  }

  /** The open shard of a hash key. */
  openAt(key: HashKey): number {
    return this.shards.findIndex(({ from, to, closedMs }) => closedMs === undefined && from <= key && key <= to);
  }

  /** The second child begins at `at`. */
  split(index: number, at: HashKey): void {
    const { from, to } = this.close(index);
    this.open({ from, to: before(at), parent: index });
    this.open({ from: at, to, parent: index });
  }

  merge(index: number, adjacent: number): void {
    const [one, other] = [this.close(index), this.close(adjacent)];
    const [lower, upper] = one.from < other.from ? [one, other] : [other, one];
    this.open({ from: lower.from, to: upper.to, parent: index, adjacentParent: adjacent });
  }

  private close(index: number): StoredShard {
    const shard = this.shards[index] as StoredShard;
    this.shards[index] = { ...shard, closedMs: this.nowMs };
    return shard;
  }

  /** A child's numbers lie above its parents', so that the records of a key stay in the order of their numbers. */
  private open(child: Pick<StoredShard, 'from' | 'to' | 'parent' | 'adjacentParent'>): void {
    const parents = [child.parent, child.adjacentParent].map((parent) => this.shards[parent ?? -1]?.seconds ?? 0);
    const seconds = Math.max(Math.floor(this.nowMs / 1_000), ...parents.map((parent) => parent + 1));
    this.shards.push({ ...child, seconds, firstIndex: newFirstIndex(), openedMs: this.nowMs });
  }
}

export const splitShard = (streams: Streams, stream: Stream, shard: Shard, at: HashKey, nowMs: number): void => {
  const resharding = new Resharding(stream.stored.shards, nowMs);
  resharding.split(shard.index, at);
  streams.change(stream, { shards: resharding.shards });
};

export const mergeShards = (streams: Streams, stream: Stream, shard: Shard, adjacent: Shard, nowMs: number): void => {
  const resharding = new Resharding(stream.stored.shards, nowMs);
  resharding.merge(shard.index, adjacent.index);
  streams.change(stream, { shards: resharding.shards });
};

/**
 * Splits and merges shards until `count` are open, each with the same share of the hash keys: first a split at every
 * start of a share that is inside a shard, then a merge at every border that starts no share.
 */
export const scaleUniformly = (streams: Streams, stream: Stream, count: number, nowMs: number): void => {
  const resharding = new Resharding(stream.stored.shards, nowMs);
  const starts = uniformStarts(count);
  for (const start of starts) {
    const index = resharding.openAt(start);
    if (resharding.shards[index]?.from !== start) resharding.split(index, start);
  }
  const wanted = new Set(starts);
  const borders = resharding.shards.flatMap(({ from, closedMs }) =>
    closedMs === undefined && !wanted.has(from) ? [from] : [],
  );
  for (const border of borders.sort()) resharding.merge(resharding.openAt(before(border)), resharding.openAt(border));
  streams.change(stream, { shards: resharding.shards });
};

/** Whether the ranges of two shards form one without a gap. */
export const areAdjacent = ({ stored: a }: Shard, { stored: b }: Shard): boolean =>
  numberOf(a.to) + 1n === numberOf(b.from) || numberOf(b.to) + 1n === numberOf(a.from);
