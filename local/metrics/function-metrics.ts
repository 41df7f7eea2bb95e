import type { InvocationMeasure } from './invocation-measure.ts';
import { add, noStatistics, type Statistics } from './statistics.ts';

/** What is known of a function beside its invocations. */
export interface MeasuredFunction {
  readonly functionName: string;
  /** As the template describes it; physical names are hard to read. */
  readonly description: string;
  readonly memoryMb: number;
}

/** The invocations of a stretch of time, summed up. */
export interface Summary {
  invocations: number;
  errors: number;
  throttles: number;
  coldStarts: number;
  readonly durationMs: Statistics;
  readonly billedMs: Statistics;
  /** Billed milliseconds times memory: what GB-seconds are made of. */
  readonly billedMbMs: Statistics;
  readonly initMs: Statistics;
  readonly cpuMs: Statistics;
  readonly memoryUsedMb: Statistics;
  readonly bytesIn: Statistics;
  readonly bytesOut: Statistics;
  /** Records of the batches that mappings sent, final calls of tumbling windows left out. */
  readonly batchSize: Statistics;
  readonly iteratorAgeMs: Statistics;
  /** How many invocations each source made, and how many batches were sent for which reason. */
  readonly sources: Record<string, number>;
  readonly reasons: Record<string, number>;
}

export interface MinuteSummary extends Summary {
  /** Its start: milliseconds since the epoch. */
  readonly minute: number;
}

export interface FunctionSnapshot extends MeasuredFunction {
  /** Since the runtime started. */
  readonly total: Summary;
  /** The newest minutes with invocations, the oldest first. */
  readonly minutes: readonly MinuteSummary[];
  /** The newest invocations, the oldest first. */
  readonly invocations: readonly InvocationMeasure[];
}

const minuteMs = 60_000;
const minutesKept = 180;
const invocationsKept = 500;

/** Sums up the invocations of one function; takes the same memory however many there are. */
export class FunctionMetrics {
  readonly #of: MeasuredFunction;
  readonly #now: () => number;
  readonly #total = emptySummary();
  readonly #minutes: MinuteSummary[] = [];
  /** A ring once it is full: the oldest lies at `#oldest`. */
  readonly #invocations: InvocationMeasure[] = [];
  #oldest = 0;

  constructor(of: MeasuredFunction, now: () => number) {
    this.#of = of;
    this.#now = now;
  }

  invoked(ended: Omit<InvocationMeasure, 'at'>): void {
    const measure = { at: this.#now(), ...ended };
    this.#sum(this.#total, measure);
    this.#sum(this.#minute(measure.at), measure);
    if (this.#invocations.length < invocationsKept) this.#invocations.push(measure);
    else {
      this.#invocations[this.#oldest] = measure;
      this.#oldest = (this.#oldest + 1) % invocationsKept;
    }
  }

  /** A call was refused for the function's reserved concurrency. */
  throttled(): void {
    this.#total.throttles++;
    this.#minute(this.#now()).throttles++;
  }

  snapshot(): FunctionSnapshot {
    const invocations = [...this.#invocations.slice(this.#oldest), ...this.#invocations.slice(0, this.#oldest)];
    return { ...this.#of, ...structuredClone({ total: this.#total, minutes: this.#minutes }), invocations };
  }

  #minute(at: number): MinuteSummary {
    const minute = Math.floor(at / minuteMs) * minuteMs;
    const newest = this.#minutes.at(-1);
    if (newest && newest.minute >= minute) return newest; // a clock may be set back
    const next = { minute, ...emptySummary() };
    this.#minutes.push(next);
    if (this.#minutes.length > minutesKept) this.#minutes.shift();
    return next;
  }

  #sum(summary: Summary, measure: InvocationMeasure): void {
    const { batch, initMs } = measure;
    summary.invocations++;
    if (measure.failed) summary.errors++;
    if (initMs !== undefined) {
      summary.coldStarts++;
      add(summary.initMs, initMs);
    }
    add(summary.durationMs, measure.durationMs);
    add(summary.billedMs, measure.billedMs);
    add(summary.billedMbMs, measure.billedMs * this.#of.memoryMb);
    add(summary.cpuMs, measure.cpuMs);
    add(summary.memoryUsedMb, measure.memoryUsedMb);
    add(summary.bytesIn, measure.bytesIn);
    add(summary.bytesOut, measure.bytesOut);
    summary.sources[measure.source] = (summary.sources[measure.source] ?? 0) + 1;
    if (!batch) return;
    summary.reasons[batch.reason] = (summary.reasons[batch.reason] ?? 0) + 1;
    if (batch.reason !== 'final') add(summary.batchSize, batch.records);
    if (batch.iteratorAgeMs !== undefined) add(summary.iteratorAgeMs, batch.iteratorAgeMs);
  }
}

function emptySummary(): Summary {
  return {
    invocations: 0,
    errors: 0,
    throttles: 0,
    coldStarts: 0,
    durationMs: noStatistics(),
    billedMs: noStatistics(),
    billedMbMs: noStatistics(),
    initMs: noStatistics(),
    cpuMs: noStatistics(),
    memoryUsedMb: noStatistics(),
    bytesIn: noStatistics(),
    bytesOut: noStatistics(),
    batchSize: noStatistics(),
    iteratorAgeMs: noStatistics(),
    sources: {},
    reasons: {},
  };
}
