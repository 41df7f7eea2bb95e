import { setMaxListeners } from 'node:events';
import { type Clock, during } from '../clock.ts';
import { type LocalFunction, payloadLimitBytes } from '../lambda/local-function.ts';
import type { Precedence } from '../lambda/precedence.ts';
import type { Distribution } from '../metrics/distribution.ts';
import type { Pace } from '../pace.ts';
import type { SetAside } from './attempt.ts';
import { Bell } from './bell.ts';
import type { EventWriter } from './event-writer.ts';
import { Lane, type LaneWork } from './lane.ts';
import { laneOf } from './lanes.ts';
import type { MappingSettings } from './mapping-settings.ts';
import type { LastInvocation } from './on-failure-destination.ts';
import type { RecordFilter } from './record-filter.ts';
import { ShardProgress } from './shard-progress.ts';
import type { SourceRecord } from './stream-record.ts';
import type { ReadPosition } from './stream-service.ts';
import type { Read, StreamShard } from './stream-shard.ts';

/** What a shard's consumer is made of. */
export interface ShardConsumerParts {
  readonly mappingUuid: string;
  readonly settings: MappingSettings;
  readonly pace: Pace;
  readonly clock: Clock;
  /** Whether `wake` tells of every write. */
  readonly toldOfWrites: boolean;
  readonly shard: StreamShard;
  readonly position: ReadPosition;
  readonly filter: RecordFilter | undefined;
  readonly writer: EventWriter;
  readonly function: LocalFunction;
  readonly precedence: Precedence;
  /** Keeps the position, durably, before it returns. */
  readonly keep: (position: { readonly after: string }) => void;
  /** Rejects where the destination has not taken the records. */
  readonly setAside: (setAside: SetAside<SourceRecord>, invocation: LastInvocation) => Promise<void>;
  /** How long the stream keeps a record. */
  readonly retentionMs: number;
  /** A record that arrived earlier has the age of one that arrived then: milliseconds since the epoch. */
  readonly agesFromMs: number;
  /** Hears how old each record was, in milliseconds, when it was handled. */
  readonly lag: Distribution;
  /** Hears of each invocation whether the function took it. */
  readonly invoked: (taken: boolean) => void;
  readonly log: (line: string) => void;
}

/**
 * One mapping's way through one shard: reads ahead as far as the lanes want and memory allows, sorts out what no filter
 * matches, keeps the checkpoint. Nothing that happens here touches another shard.
 */
export class ShardConsumer {
  private readonly parts: ShardConsumerParts;
  private readonly progress: ShardProgress;
  private readonly lanes: readonly Lane[];
  private readonly bell: Bell;
  private readonly stopping = new AbortController();
  private caughtUpAtMs = 0;
  private closed = false;
  private writes = 0;

  constructor(parts: ShardConsumerParts) {
    const { settings, position } = parts;
    this.parts = parts;
    this.bell = new Bell(parts.clock);
    this.progress = new ShardProgress(isAfter(position) ? position.after : undefined);
    setMaxListeners(0, this.stopping.signal);
    const work: LaneWork = {
      ...parts,
      progress: this.progress,
      stop: this.stopping.signal,
      checkpoint: () => this.checkpoint(),
      setAside: (setAside, invocation) => this.setAside(setAside, invocation),
      hungry: () => this.bell.ring(),
      caughtUpAtMs: () => this.caughtUpAtMs,
    };
    this.lanes = Array.from({ length: settings.parallelizationFactor }, () => new Lane(work));
  }

  /** Something was written to the shard. */
  wake(): void {
    this.writes++;
    this.bell.ring();
  }

  /** The shard takes no more records: once it is read empty, it is at its end. */
  close(): void {
    this.closed = true;
    this.wake();
  }

  /** Works until the shard has come to its end and all of it is done (true), or `stop` (false). */
  async run(): Promise<boolean> {
    const working = Promise.all(this.lanes.map((lane) => lane.run()));
    await this.read();
    for (const lane of this.lanes) lane.end();
    await working;
    return !this.stopping.signal.aborted;
  }

  /** Lets the invocations in flight finish, keeps what they have done, and ends `run`. */
  stop(): void {
    this.stopping.abort();
    this.bell.ring();
  }

  private async read(): Promise<void> {
    const { clock } = this.parts;
    let { position } = this.parts;
    let more = true;
    let gatherMs = 0;
    for (let failures = 0; ; ) {
      await this.appetite(more);
      if (this.stopping.signal.aborted) return;
      const { closed, writes } = this;
      const startedAtMs = clock.now();
      let read: Read;
      try {
        read = await during(clock, this.parts.shard.read(position));
        failures = 0;
      } catch (error) {
        await this.backOff('reading', ++failures, error as Error);
        continue;
      }
      position = this.take(read) ?? position;
      more = read.more;
      if (!more) this.caughtUpAtMs = startedAtMs;
      for (const lane of this.lanes) lane.wake();
      if (read.ended || (closed && !more && read.records.length === 0)) return;
      const quiet = !more && writes === this.writes;
      gatherMs = this.nextGatherMs(gatherMs, quiet, read.records.length);
      const leftMs = Math.min(gatherMs, startedAtMs + gatherMs - clock.now()); // a clock may be set back
      if (leftMs > 0) await clock.sleep(leftMs, this.stopping.signal);
      else if (quiet && gatherMs === 0) await this.quietly(writes);
    }
  }

  /**
   * Waits for the next write or the next poll: that a lane wants more brings nothing new, and a read costs two calls.
   */
  private async quietly(writes: number): Promise<void> {
    const { pace, toldOfWrites } = this.parts;
    let rung = true;
    while (rung && !this.stopping.signal.aborted) {
      rung = await this.bell.wait(pace.pollIntervalMs);
      if (!toldOfWrites || writes !== this.writes) return;
    }
  }

  /**
   * How long to leave the shard alone, so that the next read brings more: not at all where nothing is going on, or
   * enough was there for a batch; longer and longer while each read brings little and something follows at once.
   */
  private nextGatherMs(gatherMs: number, quiet: boolean, records: number): number {
    const { pace, settings } = this.parts;
    if (records >= settings.batchSize || (quiet && records < 2)) return 0;
    return Math.min(pace.gatherMs, 2 * gatherMs + 5);
  }

  /**
   * Waits until a lane has nothing to do, or, with more to read for certain, until one lacks a
   * full batch to go on with.
   */
  private async appetite(more: boolean): Promise<void> {
    const roomBytes = (1 + this.lanes.length) * payloadLimitBytes;
    const wanted = () =>
      this.lanes.reduce((bytes, lane) => bytes + lane.byteLength, 0) < roomBytes &&
      this.lanes.some((lane) => lane.wantsMore || (more && !lane.full));
    while (!this.stopping.signal.aborted && !wanted()) await this.bell.wait();
  }

  /** The position after what was read. */
  private take(read: Read): ReadPosition | undefined {
    const { filter, settings } = this.parts;
    const { records } = read;
    for (let index = 0; index < records.length; index++) {
      const record = records[index];
      if (!record) continue;
      if (filter && !filter(() => read.json(index))) this.progress.skip(record.sequenceNumber);
      else {
        this.progress.begin(record.sequenceNumber);
        this.lanes[laneOf(record.partitionKey, settings.parallelizationFactor)]?.push(record);
      }
    }
    const last = records.at(-1);
    if (!last) return undefined;
    this.checkpoint();
    return { after: last.sequenceNumber };
  }

  private checkpoint(): void {
    if (this.progress.position !== undefined) this.parts.keep({ after: this.progress.position });
  }

  /** Nothing is dropped: tries until the destination takes the records, or the mapping closes (false). */
  private async setAside(setAside: SetAside<SourceRecord>, invocation: LastInvocation): Promise<boolean> {
    for (let failures = 1; !this.stopping.signal.aborted; failures++) {
      try {
        await during(this.parts.clock, this.parts.setAside(setAside, invocation));
        return true;
      } catch (error) {
        await this.backOff('setting aside', failures, error as Error);
      }
    }
    return false;
  }

  private async backOff(what: string, failures: number, error: Error): Promise<void> {
    const { signal } = this.stopping;
    if (signal.aborted) return;
    const isPowerOfTwo = (failures & (failures - 1)) === 0; // an outage is told of, and not once a second
    if (isPowerOfTwo) this.parts.log(`${what} failed, trying again: ${error.message}`);
    await this.parts.clock.sleep(this.parts.pace.retryBackoffMs(failures), signal);
  }
}

const isAfter = (position: ReadPosition): position is { after: string } =>
  typeof position === 'object' && 'after' in position;
