import { payloadLimitBytes } from '../lambda/local-function.ts';
import type { SendReason } from '../metrics/invocation-measure.ts';
import { aggregation, BatchHandler, type HandlerWork } from './batch-handler.ts';
import { BatchQueue } from './batch-queue.ts';
import { Bell } from './bell.ts';
import type { SourceRecord } from './stream-record.ts';
import { type FinalInvoke, maximumStateBytes, TumblingWindow } from './tumbling-window.ts';

/** What a lane works with; shared by the lanes of a shard. */
export interface LaneWork extends HandlerWork {
  /** The lane could take more records than it holds. */
  hungry(): void;
  /** When the shard was last read to its present end: milliseconds since the epoch. */
  caughtUpAtMs(): number;
}

/**
 * Hands the records of one lane to the function, one batch at a time, in order: collects a batch, has it handled, goes
 * on; with windows, closes each in time.
 */
export class Lane {
  private readonly work: LaneWork;
  private readonly handler: BatchHandler;
  private readonly queue: BatchQueue<SourceRecord>;
  private readonly window: TumblingWindow | undefined;
  private readonly bell: Bell;
  private busy = false;
  private ended = false;
  /** When the batching window began: as soon as the batch before was done. */
  private collectingSinceMs: number;

  constructor(work: LaneWork) {
    const { settings, writer, clock } = work;
    const windowMs = settings.tumblingWindowSeconds * 1_000;
    const window = windowMs > 0 ? new TumblingWindow(windowMs) : undefined;
    this.work = work;
    this.window = window;
    this.handler = new BatchHandler(work, window);
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

  push(record: SourceRecord): void {
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
        await this.handler.conclude(final);
        continue;
      }
      const waitMs = this.untilBatchMs();
      if (waitMs <= 0) {
        this.busy = true;
        const reason = this.reason();
        await this.handler.handle(this.queue.take(), reason);
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

  /** Why the next batch is sent now. */
  private reason(): SendReason {
    if (this.queue.fullBecause) return this.queue.fullBecause;
    if (this.ended) return 'shard end';
    return this.work.settings.maximumBatchingWindowSeconds === 0 ? 'no window' : 'window';
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
}
