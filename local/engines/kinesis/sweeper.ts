import { StorageDamage } from '../../storage/damage.ts';
import type { KinesisEngine } from './engine.ts';
import type { Stream } from './stream.ts';
import { deletedKey } from './streams.ts';

/** So many records a step, which takes a few milliseconds. */
const recordsAStep = 500;
const betweenStepsMs = 20;

/** Deletes the records that are older than their stream's retention, and those of deleted streams. */
export class Sweeper {
  private readonly engine: KinesisEngine;
  /** The shards that are still to be looked at. */
  private left: [streamName: string, shardIndex: number][] = [];

  constructor(engine: KinesisEngine) {
    this.engine = engine;
  }

  /** Answers a function that ends it. */
  start(everyMs: number): () => void {
    let timer: NodeJS.Timeout;
    const next = () => {
      let isDone = true;
      try {
        isDone = this.engine.sweep();
      } catch (error) {
        if (error instanceof StorageDamage) throw error; // any other is for the next time, such as a full disk
      }
      timer = setTimeout(next, isDone ? everyMs : betweenStepsMs).unref();
    };
    timer = setTimeout(next, everyMs).unref();
    return () => clearTimeout(timer);
  }

  /** Deletes some records; answers whether none is left to delete for now. */
  step(): boolean {
    if (!this.sweepDeleted()) return false;
    if (this.left.length === 0) this.left = this.engine.streams.list().flatMap((stream) => shardsOf(stream));
    for (let looks = 0; looks < shardsAStep; looks++) {
      const next = this.left.at(-1);
      if (!next) return true;
      if (!this.sweepShard(...next)) return false;
      this.left.pop();
    }
    return this.left.length === 0;
  }

  private sweepShard(streamName: string, shardIndex: number): boolean {
    const { streams, records, now } = this.engine;
    const stream = streams.find(streamName);
    const shard = stream?.shards[shardIndex];
    return !stream || !shard || records.trim(shard, now() - stream.retentionMs, recordsAStep);
  }

  private sweepDeleted(): boolean {
    const { storage } = this.engine;
    const [mark] = storage.keys({ gte: deletedKey(''), lt: deletedKey('~'), limit: 1 });
    if (mark === undefined) return true;
    const id = mark.slice(deletedKey('').length);
    for (const prefix of [`r/${id}/`, `t/${id}/`]) {
      const last = [...storage.keys({ gte: prefix, lt: `${prefix}~`, limit: recordsAStep })].at(-1);
      if (last === undefined) continue;
      storage.deleteRange({ gte: prefix, lt: `${last}\0` });
      return false;
    }
    storage.delete(mark);
    return false;
  }
}

const shardsAStep = 200;

const shardsOf = ({ name, shards }: Stream): [string, number][] =>
  shards.map(({ index }): [string, number] => [name, index]);
