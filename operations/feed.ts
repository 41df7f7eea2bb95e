import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import type { KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { ArchivedRecord } from '../lambda/stores/archived-record.ts';
import { Stopped } from './command.ts';
import { describeRecord } from './events/selection.ts';
import { type BatchAnswer, invokeBatch } from './invoke.ts';

/** A function that handles batches of the stream, and how it is invoked. */
export interface FedFunction {
  readonly lambda: LambdaClient;
  readonly functionName: string;
  /** Stands in each record, as if a mapping of this source had delivered it. */
  readonly eventSourceArn: string;
}

export interface FeedOptions {
  readonly signal: AbortSignal;
  /** Hears how many records, from the first on, are done: none of them is needed again. */
  readonly onDone?: (done: number) => void;
  /** Takes a record that the function can't handle; @default the feed stops there */
  readonly onFailing?: (record: ArchivedRecord, error: string) => void;
  /** Before the first further try of a record that failed on its own; twice as long each time. @default 200 */
  readonly backoffMs?: number;
}

// As the mappings of the projections have it; each is answered before the next of its lane is sent.
const batchSize = 100;
const batchBytes = 3_000_000; // an invocation takes 6 MB
const lanes = 8;
const attempts = 4;

/**
 * Invokes the function with the records, which come sorted by partition key, in the form and at the positions at which
 * the stream delivered them: in order for each key, keys side by side. Resolves with the number done once all are, or
 * once the signal is aborted and what was under way is finished.
 *
 * @throws Stopped at a record that the function can't handle, after everything before it in its lane.
 */
export async function feed(
  records: Iterable<ArchivedRecord>,
  target: FedFunction,
  { signal, onDone = () => {}, onFailing = stop, backoffMs = 200 }: FeedOptions,
): Promise<number> {
  const progress = new Progress(onDone);
  const sending = Array.from({ length: lanes }, () => new Lane(target, progress, { onFailing, backoffMs }));
  const handOut = async () => {
    for (const record of records) {
      if (signal.aborted) return;
      await sending[laneOf(record.partitionKey)]?.add(record, progress.begin());
    }
  };
  const [handedOut] = await Promise.allSettled([handOut()]);
  // Also after a failure: what is under way is finished, and counted.
  const isOver = signal.aborted || handedOut?.status === 'rejected';
  const ends = await Promise.allSettled(sending.map((lane) => (isOver ? lane.settled() : lane.end())));
  for (const end of [handedOut, ...ends]) if (end?.status === 'rejected') throw end.reason;
  return progress.done;
}

const laneOf = (partitionKey: string): number => Number.parseInt(hash('md5', partitionKey).slice(-4), 16) % lanes;

const stop = (record: ArchivedRecord, error: string): never => {
  const { type, subject } = describeRecord(record);
  throw new Stopped(
    `The function can't handle ${type || 'a record that is no event'} of ${subject || record.partitionKey} at ` +
      `${record.sequenceNumber}: ${error}\nMend it and run the command again, or go past it by --skip-failing.`,
  );
};

/** How many records from the first on are done, whatever lane finishes first. */
class Progress {
  readonly #onDone: (done: number) => void;
  readonly #unfinished = new Set<number>();
  #begun = 0;

  constructor(onDone: (done: number) => void) {
    this.#onDone = onDone;
  }

  get done(): number {
    const [first] = this.#unfinished;
    return first ?? this.#begun;
  }

  begin(): number {
    const place = this.#begun++;
    this.#unfinished.add(place);
    return place;
  }

  finish(place: number): void {
    this.#unfinished.delete(place);
    this.#onDone(this.done);
  }
}

interface Placed {
  readonly record: ArchivedRecord;
  readonly place: number;
}

type LaneOptions = Required<Pick<FeedOptions, 'onFailing' | 'backoffMs'>>;

/** One batch of some keys at a time. */
class Lane {
  readonly #target: FedFunction;
  readonly #progress: Progress;
  readonly #options: LaneOptions;
  #batch: Placed[] = [];
  #bytes = 0;
  #underWay: Promise<void> = Promise.resolve();

  constructor(target: FedFunction, progress: Progress, options: LaneOptions) {
    this.#target = target;
    this.#progress = progress;
    this.#options = options;
  }

  /** Waits for the batch before, once there is a further one to send. */
  async add(record: ArchivedRecord, place: number): Promise<void> {
    this.#batch.push({ record, place });
    this.#bytes += record.data.length + record.partitionKey.length + 500;
    if (this.#batch.length >= batchSize || this.#bytes >= batchBytes) await this.#send();
  }

  async end(): Promise<void> {
    await this.#send();
    await this.#underWay;
  }

  settled(): Promise<void> {
    return this.#underWay;
  }

  async #send(): Promise<void> {
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    await this.#underWay;
    this.#underWay = this.#deliver(batch);
    this.#underWay.catch(() => {}); // whoever waits for it next is told
  }

  /** As a mapping does: goes on behind what is done, and halves what fails until the failing record is alone. */
  async #deliver(batch: readonly Placed[]): Promise<void> {
    if (batch.length === 0) return;
    const { done, error = '' } = await this.#invoke(batch);
    for (const { place } of batch.slice(0, done)) this.#progress.finish(place);
    const left = batch.slice(done);
    const [first] = left;
    if (!first) return;
    if (left.length > 1) {
      const middle = Math.ceil(left.length / 2);
      await this.#deliver(left.slice(0, middle));
      await this.#deliver(left.slice(middle));
      return;
    }
    if (await this.#failsAgain(left)) this.#options.onFailing(first.record, error);
    this.#progress.finish(first.place);
  }

  async #failsAgain(single: readonly Placed[]): Promise<boolean> {
    for (let attempt = 1; attempt < attempts; attempt++) {
      await sleep(this.#options.backoffMs * 2 ** (attempt - 1));
      if ((await this.#invoke(single)).done === 1) return false;
    }
    return true;
  }

  #invoke(batch: readonly Placed[]): Promise<BatchAnswer> {
    const { lambda, functionName } = this.#target;
    const event: KinesisStreamEvent = { Records: batch.map(({ record }) => toKinesisRecord(record, this.#target)) };
    const sequenceNumbers = batch.map(({ record }) => record.sequenceNumber);
    return invokeBatch(lambda, functionName, event, sequenceNumbers);
  }
}

/** As a mapping would hand it over. */
const toKinesisRecord = (record: ArchivedRecord, { eventSourceArn }: FedFunction): KinesisStreamRecord => ({
  kinesis: {
    kinesisSchemaVersion: '1.0',
    partitionKey: record.partitionKey,
    sequenceNumber: record.sequenceNumber,
    data: record.data,
    approximateArrivalTimestamp: record.arrivedAt / 1_000,
  },
  eventSource: 'aws:kinesis',
  eventVersion: '1.0',
  eventID: `${record.shardId}:${record.sequenceNumber}`,
  eventName: 'aws:kinesis:record',
  invokeIdentityArn: '',
  awsRegion: eventSourceArn.split(':')[3] ?? '',
  eventSourceARN: eventSourceArn,
});
