import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import { type LocalFunction, payloadLimitBytes, RequestTooLarge } from '../lambda/local-function.ts';
import type { Pace } from '../pace.ts';
import { type Attempt, type AttemptLimits, expire, firstAttempt, type SetAside, settle } from './attempt.ts';
import { BatchQueue } from './batch-queue.ts';
import { Bell } from './bell.ts';
import { type InvocationResponse, readResponse } from './invocation-response.ts';
import type { KinesisEventWriter, WindowEvent } from './kinesis-event.ts';
import type { MappingSettings } from './mapping-settings.ts';
import type { ShardProgress } from './shard-progress.ts';
import type { KinesisRecord } from './stream-record.ts';
import { type FinalInvoke, maximumStateBytes, TumblingWindow } from './tumbling-window.ts';

/** What a lane works with; shared by the lanes of a shard. */
export interface LaneWork {
  readonly settings: MappingSettings;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly function: LocalFunction;
  readonly writer: KinesisEventWriter;
  readonly progress: ShardProgress;
  /** Aborts when the mapping closes: what is in flight ends, nothing new begins. */
  readonly stop: AbortSignal;
  /** Writes the shard's checkpoint, if it has moved. */
  checkpoint(): void;
  /** Resolves when the destination has taken the records, false where the mapping closes before. */
  setAside(setAside: SetAside<KinesisRecord>, invocation: LastInvocation): Promise<boolean>;
  /** The lane could take more records than it holds. */
  hungry(): void;
  /** When the shard was last read to its present end: milliseconds since the epoch. */
  caughtUpAtMs(): number;
}

/** The invocation after which records are given up. */
export interface LastInvocation {
  readonly requestId: string;
  /** The event, as it was sent. */
  readonly payload: string;
}

/**
 * Hands the records of one lane to the function, one batch at a time, in order: collects a batch, tries it until every
 * record of it is handled or set aside, moves the checkpoint, goes on.
 */
export class Lane {
  private readonly work: LaneWork;
  private readonly limits: AttemptLimits;
  private readonly queue: BatchQueue<KinesisRecord>;
  private readonly window: TumblingWindow | undefined;
  private readonly bell: Bell;
  private busy = false;
  private ended = false;
  /** When the batching window began: as soon as the batch before was done. */
  private collectingSinceMs: number;
  /** Of the last invocation. */
  private requestId: string = randomUUID();

  constructor(work: LaneWork) {
    const { settings, writer, clock } = work;
    const windowMs = settings.tumblingWindowSeconds * 1_000;
    const window = windowMs > 0 ? new TumblingWindow(windowMs) : undefined;
    this.work = work;
    this.limits = {
      maximumRetryAttempts: settings.maximumRetryAttempts,
      maximumRecordAgeMs:
        settings.maximumRecordAgeSeconds < 0 ? Number.POSITIVE_INFINITY : settings.maximumRecordAgeSeconds * 1_000,
      bisectBatchOnFunctionError: settings.bisectBatchOnFunctionError,
    };
    this.window = window;
    this.queue = new BatchQueue({
      batchSize: settings.batchSize,
      envelopeBytes: window ? writer.envelopeBytes(aggregation(window, 0)) + maximumStateBytes : writer.envelopeBytes(),
      maximumBytes: payloadLimitBytes,
      bytesOf: writer.bytesOf,
      together: window && ((first, other) => window.together(first.arrivedAtMs, other.arrivedAtMs)),
    });
    this.bell = new Bell(clock);
    this.collectingSinceMs = clock.now();
    work.stop.addEventListener('abort', () => this.bell.ring());
  }

  /** Bytes of the records that wait. */
  get byteLength(): number {
    return this.queue.byteLength;
  }

  /** Whether its next batch is complete. */
  get full(): boolean {
    return this.queue.full;
  }

  /** Whether it waits for records. */
  get wantsMore(): boolean {
    return !this.full && (!this.busy || this.work.settings.maximumBatchingWindowSeconds > 0);
  }

  push(record: KinesisRecord): void {
    if (this.queue.length === 0) this.skipEmptyBatchingWindows();
    this.queue.push(record);
  }

  /** Records were pushed, or the shard was read to its end. */
  wake(): void {
    this.bell.ring();
  }

  /** No more records will come: the shard is closed. */
  end(): void {
    this.ended = true;
    this.bell.ring();
  }

  /** Works until the shard has ended and all is done, or the mapping closes. */
  async run(): Promise<void> {
    const { stop, clock } = this.work;
    while (!stop.aborted) {
      const final = this.finalDue();
      if (final) {
        await this.conclude(final);
        continue;
      }
      const waitMs = this.untilBatchMs();
      if (waitMs <= 0) {
        this.busy = true;
        await this.handle(this.queue.take());
        this.busy = false;
        this.collectingSinceMs = clock.now();
        this.work.hungry();
      } else if (this.ended && this.queue.length === 0) return;
      else await this.bell.wait(Math.min(waitMs, this.untilQuietMs()));
    }
  }

  /** How long until the next batch is ready: at its full size, at the end of its batching window, or the shard's. */
  private untilBatchMs(): number {
    if (this.queue.length === 0) return Number.POSITIVE_INFINITY;
    if (this.queue.full || this.ended) return 0;
    const windowMs = this.work.settings.maximumBatchingWindowSeconds * 1_000;
    return Math.min(windowMs, this.collectingSinceMs + windowMs - this.work.clock.now()); // a clock may be set back
  }

  private skipEmptyBatchingWindows(): void {
    const windowMs = this.work.settings.maximumBatchingWindowSeconds * 1_000;
    const elapsedMs = this.work.clock.now() - this.collectingSinceMs;
    if (windowMs > 0 && elapsedMs > windowMs) this.collectingSinceMs += Math.floor(elapsedMs / windowMs) * windowMs;
  }

  private finalDue(): FinalInvoke | undefined {
    const { window, queue, work } = this;
    if (!window?.open) return undefined;
    if (queue.first) return window.before(queue.first.arrivedAtMs);
    if (this.ended) return window.final();
    const readPastEnd = work.caughtUpAtMs() >= window.open.endMs;
    return window.due(readPastEnd ? work.clock.now() : 0, work.pace.quietWindowMs);
  }

  private untilQuietMs(): number {
    const { window, work } = this;
    if (!window?.open || this.queue.length > 0) return Number.POSITIVE_INFINITY;
    if (work.caughtUpAtMs() < window.open.endMs) return Number.POSITIVE_INFINITY; // the reader rings when it has
    return window.open.endMs + work.pace.quietWindowMs - work.clock.now();
  }

  private async handle(batch: readonly KinesisRecord[]): Promise<void> {
    const { clock, pace, stop } = this.work;
    let pending: readonly Attempt<KinesisRecord>[] = [firstAttempt(batch)];
    for (;;) {
      const [attempt, ...later] = pending;
      if (!attempt || stop.aborted) return;
      const { expired, fresh } = expire(attempt, this.limits, clock.now());
      for (const records of expired) if (!(await this.giveUp(records))) return;
      if (fresh.records.length === 0) {
        pending = later;
        continue;
      }
      const early = this.window?.before((fresh.records[0] as KinesisRecord).arrivedAtMs);
      if (early) {
        await this.conclude(early);
        continue;
      }
      const { verdict, state } = await this.try(fresh);
      if (verdict.setAside && !(await this.giveUp(verdict.setAside))) return;
      if (state !== undefined && verdict.handled > 0) this.window?.keep(state);
      this.finish(fresh.records.slice(0, verdict.handled));
      pending = [...verdict.remaining, ...later];
      if (verdict.pauseOfRetry !== undefined) await clock.sleep(pace.retryBackoffMs(verdict.pauseOfRetry), stop);
    }
  }

  private async try(attempt: Attempt<KinesisRecord>) {
    const { records } = attempt;
    const first = records[0] as KinesisRecord;
    if (this.window) {
      this.window.enter(first.arrivedAtMs);
      this.work.progress.hold();
    }
    const { outcome, state } = await this.invoke(this.payload(records), records);
    return { verdict: settle(attempt, outcome, this.limits), state };
  }

  private async conclude(final: FinalInvoke): Promise<void> {
    const { window, isWindowTerminatedEarly } = {
      window: final.window,
      isWindowTerminatedEarly: final.terminatedEarly,
    };
    const event = { window, state: final.state, isFinalInvokeForWindow: true, isWindowTerminatedEarly };
    const payload = this.work.writer.event([], event);
    for (let failures = 1; !this.work.stop.aborted; failures++) {
      const { outcome } = await this.invoke(payload, []);
      if (outcome.kind === 'success') {
        this.window?.concluded(final);
        this.work.progress.release();
        return this.work.checkpoint();
      }
      await this.work.clock.sleep(this.work.pace.retryBackoffMs(failures), this.work.stop);
    }
  }

  private async invoke(payload: string, records: readonly KinesisRecord[]): Promise<InvocationResponse> {
    this.requestId = randomUUID();
    try {
      const result = await this.work.function.invoke(payload, { requestId: this.requestId });
      const { reportBatchItemFailures } = this.work.settings;
      return readResponse(result, records, { reportBatchItemFailures, windows: this.window !== undefined });
    } catch (error) {
      return { outcome: { kind: error instanceof RequestTooLarge ? 'too-large' : 'refused' } };
    }
  }

  private async giveUp(setAside: SetAside<KinesisRecord>): Promise<boolean> {
    const { requestId } = this;
    const taken = await this.work.setAside(setAside, { requestId, payload: this.payload(setAside.records) });
    if (taken) this.finish(setAside.records);
    return taken;
  }

  private finish(records: readonly KinesisRecord[]): void {
    for (const { sequenceNumber } of records) this.work.progress.finish(sequenceNumber);
    if (records.length > 0) this.work.checkpoint();
  }

  private payload(records: readonly KinesisRecord[]): string {
    const { window } = this;
    return this.work.writer.event(records, window && aggregation(window, (records[0] as KinesisRecord).arrivedAtMs));
  }
}

const aggregation = (window: TumblingWindow, arrivedAtMs: number): WindowEvent => ({
  window: window.open ?? window.of(arrivedAtMs),
  state: window.state,
  isFinalInvokeForWindow: false,
  isWindowTerminatedEarly: false,
});
