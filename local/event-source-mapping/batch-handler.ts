import { randomUUID } from 'node:crypto';
import { type Clock, during } from '../clock.ts';
import { type LocalFunction, RequestTooLarge } from '../lambda/local-function.ts';
import type { Precedence } from '../lambda/precedence.ts';
import type { Distribution } from '../metrics/distribution.ts';
import type { SendReason } from '../metrics/invocation-measure.ts';
import type { Pace } from '../pace.ts';
import { type Attempt, type AttemptLimits, expire, firstAttempt, type SetAside, settle } from './attempt.ts';
import type { EventWriter, WindowEvent } from './event-writer.ts';
import { type InvocationResponse, readResponse } from './invocation-response.ts';
import type { MappingSettings } from './mapping-settings.ts';
import type { LastInvocation } from './on-failure-destination.ts';
import type { ShardProgress } from './shard-progress.ts';
import type { SourceRecord } from './stream-record.ts';
import type { FinalInvoke, TumblingWindow } from './tumbling-window.ts';

/** What batches are handled with; shared by the lanes of a shard. */
export interface HandlerWork {
  readonly mappingUuid: string;
  readonly settings: MappingSettings;
  readonly pace: Pace;
  readonly clock: Clock;
  readonly function: LocalFunction;
  readonly precedence: Precedence;
  readonly writer: EventWriter;
  readonly progress: ShardProgress;
  readonly lag: Distribution;
  /** Hears of each invocation whether the function took it. */
  readonly invoked: (taken: boolean) => void;
  /** How long the stream keeps a record: no batch is tried for longer. */
  readonly retentionMs: number;
  /** A record that arrived earlier has the age of one that arrived then: milliseconds since the epoch. */
  readonly agesFromMs: number;
  /** Aborts when the mapping closes: what is in flight ends, nothing new begins. */
  readonly stop: AbortSignal;
  /** Writes the shard's checkpoint, if it has moved. */
  checkpoint(): void;
  /** Resolves when the destination has taken the records, with false where the mapping closes before. */
  setAside(setAside: SetAside<SourceRecord>, invocation: LastInvocation): Promise<boolean>;
}

/**
 * Nobody waits for a batch, and one environment handles those of several shards no later than two that share its core,
 * at half the memory: another is started where a function takes long, or where batches were meant to run side by side.
 */
const batchPatienceMs = 1_000;

/** Hands batches of one lane to the function, and does what its answers ask for. */
export class BatchHandler {
  private readonly work: HandlerWork;
  private readonly window: TumblingWindow | undefined;
  private readonly limits: AttemptLimits;
  /** Of the last invocation. */
  private requestId: string = randomUUID();

  constructor(work: HandlerWork, window?: TumblingWindow) {
    const { maximumRetryAttempts, maximumRecordAgeSeconds, bisectBatchOnFunctionError } = work.settings;
    const { retentionMs, agesFromMs } = work;
    const maximumRecordAgeMs = maximumRecordAgeSeconds < 0 ? Number.POSITIVE_INFINITY : maximumRecordAgeSeconds * 1_000;
    this.work = work;
    this.window = window;
    this.limits = {
      maximumRetryAttempts,
      maximumRecordAgeMs,
      agesFromMs,
      retentionMs,
      bisectBatchOnFunctionError,
    };
  }

  /** Tries the batch until every record of it is handled or set aside, or the mapping closes; `why` it was sent. */
  async handle(batch: readonly SourceRecord[], why: SendReason): Promise<void> {
    const { clock, pace, lag, stop } = this.work;
    let reason = why;
    let pending: readonly Attempt<SourceRecord>[] = [firstAttempt(batch)];
    for (;;) {
      const [attempt, ...later] = pending;
      if (!attempt || stop.aborted) return;
      const { expired, fresh } = expire(attempt, this.limits, clock.now());
      for (const records of expired) if (!(await this.giveUp(records))) return;
      if (fresh.records.length === 0) {
        pending = later;
        continue;
      }
      const early = this.window?.before((fresh.records[0] as SourceRecord).arrivedAtMs);
      if (early) {
        await this.conclude(early);
        pending = [fresh, ...later];
        continue;
      }
      const { verdict, state } = await this.try(fresh, reason);
      reason = 'retry';
      if (verdict.setAside && !(await this.giveUp(verdict.setAside))) return;
      if (state !== undefined && verdict.handled > 0) this.window?.keep(state);
      const handled = fresh.records.slice(0, verdict.handled);
      for (const { arrivedAtMs } of handled) lag.add(Math.max(0, clock.now() - arrivedAtMs));
      this.finish(handled);
      pending = [...verdict.remaining, ...later];
      if (verdict.pauseOfRetry !== undefined) await clock.sleep(pace.retryBackoffMs(verdict.pauseOfRetry), stop);
    }
  }

  private async try(attempt: Attempt<SourceRecord>, reason: SendReason) {
    const { records } = attempt;
    const first = records[0] as SourceRecord;
    if (this.window) {
      this.window.enter(first.arrivedAtMs);
      this.work.progress.hold();
    }
    const { outcome, state } = await this.invoke(this.payload(records), records, reason);
    return { verdict: settle(attempt, outcome, this.limits), state };
  }

  /** Calls the function for the end of a window until it succeeds, or the mapping closes; then the checkpoint moves. */
  async conclude(final: FinalInvoke): Promise<void> {
    const payload = this.work.writer.event([], {
      window: final.window,
      state: final.state,
      isFinalInvokeForWindow: true,
      isWindowTerminatedEarly: final.terminatedEarly,
    });
    for (let failures = 1; !this.work.stop.aborted; failures++) {
      const { outcome } = await this.invoke(payload, [], 'final');
      if (outcome.kind === 'success') {
        this.window?.concluded(final);
        this.work.progress.release();
        return this.work.checkpoint();
      }
      await this.work.clock.sleep(this.work.pace.retryBackoffMs(failures), this.work.stop);
    }
  }

  private async invoke(
    payload: string,
    records: readonly SourceRecord[],
    reason: SendReason,
  ): Promise<InvocationResponse> {
    const { clock, precedence, mappingUuid: source } = this.work;
    const ended = await during(clock, precedence.turnOfBatch());
    this.requestId = randomUUID();
    const last = records.at(-1);
    const batch = {
      records: records.length,
      reason,
      ...(last && { iteratorAgeMs: Math.max(0, clock.now() - last.arrivedAtMs) }),
    };
    try {
      const { reportBatchItemFailures, parallelizationFactor } = this.work.settings;
      const patience = parallelizationFactor === 1 && { patienceMs: batchPatienceMs };
      const result = await this.work.function.invoke(payload, {
        requestId: this.requestId,
        source,
        batch,
        ...patience,
      });
      const response = readResponse(result, records, { reportBatchItemFailures, windows: this.window !== undefined });
      this.work.invoked(response.outcome.kind !== 'function-error');
      return response;
    } catch (error) {
      this.work.invoked(false);
      return { outcome: { kind: error instanceof RequestTooLarge ? 'too-large' : 'refused' } };
    } finally {
      ended();
    }
  }

  private async giveUp(setAside: SetAside<SourceRecord>): Promise<boolean> {
    const { requestId } = this;
    const taken = await this.work.setAside(setAside, { requestId, payload: this.payload(setAside.records) });
    if (taken) this.finish(setAside.records);
    return taken;
  }

  private finish(records: readonly SourceRecord[]): void {
    for (const { sequenceNumber } of records) this.work.progress.finish(sequenceNumber);
    if (records.length > 0) this.work.checkpoint();
  }

  private payload(records: readonly SourceRecord[]): string {
    const { window } = this;
    return this.work.writer.event(records, window && aggregation(window, (records[0] as SourceRecord).arrivedAtMs));
  }
}

/** The window fields of an invocation with records. */
export const aggregation = (window: TumblingWindow, arrivedAtMs: number): WindowEvent => ({
  window: window.open ?? window.of(arrivedAtMs),
  state: window.state,
  isFinalInvokeForWindow: false,
  isWindowTerminatedEarly: false,
});
