import { join } from 'node:path';
import { during } from '../clock.ts';
import type { LocalContext } from '../context.ts';
import { Bell } from '../event-source-mapping/bell.ts';
import { CheckpointFolder } from '../event-source-mapping/checkpoint-folder.ts';
import { forgetForeign, startsAnew } from '../event-source-mapping/foreign-checkpoints.ts';
import { readableShards } from '../event-source-mapping/shard-lineage.ts';
import { ShardProgress } from '../event-source-mapping/shard-progress.ts';
import type { SourceRecord as StreamRecord } from '../event-source-mapping/stream-record.ts';
import type { ReadPosition } from '../event-source-mapping/stream-service.ts';
import { StreamSource } from '../event-source-mapping/stream-source.ts';
import { StartError } from '../start-error.ts';
import type { SourceRecord } from './source-record.ts';

/** Where the records of a stream go. */
export interface Sink {
  readonly hasRoom: boolean;
  accept(records: readonly SourceRecord[]): void;
}

/** One shard that is being read. */
interface Reading {
  readonly progress: ShardProgress;
  readonly bell: Bell;
  readonly done: Promise<void>;
}

/**
 * Reads a Kinesis stream into a delivery stream, each shard from the checkpoint up to which everything is finished; the
 * first time from the shard's end, as Firehose does.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/writing-with-kinesis-streams.html
 */
export class StreamReader {
  readonly #name: string;
  readonly #streamArn: string;
  readonly #context: LocalContext;
  readonly #sink: Sink;
  readonly #checkpoints: CheckpointFolder;
  readonly #readings = new Map<string, Reading>();
  readonly #closing = new AbortController();
  #source: StreamSource | undefined;

  /** `name`: of the delivery stream. */
  constructor(name: string, streamArn: string, sink: Sink, context: LocalContext) {
    this.#name = name;
    this.#streamArn = streamArn;
    this.#sink = sink;
    this.#context = context;
    const source = streamArn.replace(/^.*:stream\//, ''); // a sequence number means nothing to another stream
    this.#checkpoints = new CheckpointFolder(
      join(context.dataDir, 'checkpoints', `firehose-${name}@${source}`),
      `the delivery stream ${name}`,
    );
  }

  /**
   * Resolves once the position in every shard is taken: what is written from then on is delivered. Throws a
   * `StartError` where there is no such stream.
   */
  async start(): Promise<void> {
    const source = await StreamSource.of(this.#context, this.#streamArn);
    const shards = await source.listShards().catch((error: Error) => {
      if (error.name !== 'ResourceNotFoundException') throw error;
      throw new StartError(`${this.#name}: Stream not found: ${this.#streamArn}`);
    });
    this.#source = source;
    if (await forgetForeign(this.#checkpoints, shards, source)) this.#say(startsAnew(this.#streamArn));
    if (!this.#checkpoints.known) this.#checkpoints.begin(await source.ends(shards, this.#context.clock.now()));
    this.#read(shards);
    this.#context.onClose(() => this.#stop()); // before the source closes, which was there before
  }

  /** After the last `finish`. */
  close(): void {
    this.#checkpoints.close();
  }

  /** Reads what has been written by now, and then no more. */
  async #stop(): Promise<void> {
    this.#closing.abort();
    for (const { bell } of this.#readings.values()) bell.ring();
    await Promise.all([...this.#readings.values()].map(({ done }) => done));
  }

  finish = (records: readonly SourceRecord[]): void => {
    const touched = new Set<string>();
    for (const { kinesisRecordMetadata } of records) {
      if (!kinesisRecordMetadata) continue;
      const { shardId, sequenceNumber } = kinesisRecordMetadata;
      this.#readings.get(shardId)?.progress.finish(sequenceNumber);
      touched.add(shardId);
    }
    for (const shardId of touched) {
      const reading = this.#readings.get(shardId);
      if (reading?.progress.position !== undefined)
        this.#checkpoints.write(shardId, { after: reading.progress.position });
      reading?.bell.ring();
    }
  };

  #read(shards: Parameters<typeof readableShards>[0]): void {
    for (const shardId of readableShards(shards, this.#checkpoints.hasEnded)) {
      if (this.#readings.has(shardId)) continue;
      const checkpoint = this.#checkpoints.read(shardId);
      const position = checkpoint && !('ended' in checkpoint) ? checkpoint : 'TRIM_HORIZON';
      const progress = new ShardProgress(
        typeof position === 'object' && 'after' in position ? position.after : undefined,
      );
      const bell = new Bell(this.#context.clock);
      const reading = { progress, bell, done: Promise.resolve() };
      this.#readings.set(shardId, reading);
      reading.done = this.#readShard(shardId, position, reading);
    }
  }

  /** A call a second, as Firehose makes them, and the next one at once while there is more. */
  async #readShard(shardId: string, from: ReadPosition, { progress, bell }: Reading): Promise<void> {
    const { clock, pace } = this.#context;
    const shard = (this.#source as StreamSource).shard(shardId);
    let position = from;
    for (let failures = 0; ; ) {
      const { aborted: isLast } = this.#closing.signal;
      if (!this.#sink.hasRoom) {
        if (isLast) return;
        await bell.wait(pace.pollIntervalMs);
        continue;
      }
      try {
        const read = await during(clock, shard.read(position));
        failures = 0;
        const last = read.records.at(-1);
        if (last) position = { after: last.sequenceNumber };
        for (const { sequenceNumber } of read.records) progress.begin(sequenceNumber);
        this.#sink.accept(read.records.map((record) => deliverable(shardId, record)));
        if (read.ended) return await this.#end(shardId, progress, bell);
        if (!read.more && isLast) return;
        if (!read.more) await bell.wait(pace.pollIntervalMs);
      } catch (error) {
        if (isLast) return;
        failures++;
        const isPowerOfTwo = (failures & (failures - 1)) === 0; // an outage is told of, and not once a second
        if (isPowerOfTwo) this.#say(`${shardId}: reading failed, trying again: ${(error as Error).message}`);
        await clock.sleep(pace.retryBackoffMs(failures), this.#closing.signal);
      }
    }
  }

  /** Once all of a closed shard is finished, its children's turn has come. */
  async #end(shardId: string, progress: ShardProgress, bell: Bell): Promise<void> {
    while (!progress.idle && !this.#closing.signal.aborted) await bell.wait();
    if (!progress.idle) return;
    this.#checkpoints.write(shardId, { ended: true });
    this.#readings.delete(shardId);
    await this.#refresh();
  }

  async #refresh(): Promise<void> {
    const { clock, pace } = this.#context;
    for (let failures = 1; this.#source && !this.#closing.signal.aborted; failures++) {
      try {
        return this.#read(await during(clock, this.#source.listShards()));
      } catch (error) {
        this.#say(`listing shards failed, trying again: ${(error as Error).message}`);
        await clock.sleep(pace.retryBackoffMs(failures), this.#closing.signal);
      }
    }
  }

  #say(what: string): void {
    this.#context.log(`${this.#name}: ${what}`);
  }
}

const deliverable = (shardId: string, record: StreamRecord): SourceRecord => {
  const { sequenceNumber, partitionKey, arrivedAtMs, data } = record;
  return {
    recordId: sequenceNumber + shardId.replace(/\D+/, ''),
    arrivedAtMs,
    data,
    kinesisRecordMetadata: {
      shardId,
      partitionKey,
      sequenceNumber,
      subsequenceNumber: '',
      approximateArrivalTimestamp: arrivedAtMs,
    },
  };
};
