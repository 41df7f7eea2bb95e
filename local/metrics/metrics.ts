import type { Principals } from '../principals.ts';
import { type CallCount, CallCounts } from './call-counts.ts';
import { Distribution, type Quantiles } from './distribution.ts';
import { FunctionMetrics, type FunctionSnapshot, type MeasuredFunction } from './function-metrics.ts';

/** The calls of one action by one caller, since the runtime started. */
interface CallSnapshot extends Omit<CallCount, 'accessKeyId'> {
  /**
   * The name of the function, rule or delivery stream; `operator` for the person at the terminal and for the reads of
   * streams.
   */
  readonly principal: string;
}

interface MappingSnapshot {
  readonly uuid: string;
  readonly functionName: string;
  /** From the arrival of each record on the stream to the end of the invocation that handled it. */
  readonly lagMs: Quantiles;
}

/** What `/_local/metrics` answers; times are milliseconds since the epoch. */
export interface MetricsSnapshot {
  readonly stackName: string;
  readonly startedAt: number;
  readonly at: number;
  readonly functions: readonly FunctionSnapshot[];
  readonly mappings: readonly MappingSnapshot[];
  readonly calls: readonly CallSnapshot[];
}

/** All that one runtime measures of itself. */
export class Metrics {
  /** Calls of the services that run in the runtime's own thread. */
  readonly calls = new CallCounts();
  readonly #stackName: string;
  readonly #now: () => number;
  readonly #principals: Principals;
  readonly #startedAt: number;
  readonly #functions: FunctionMetrics[] = [];
  readonly #lags: { readonly uuid: string; readonly functionName: string; readonly lag: Distribution }[] = [];
  readonly #counters: (() => Promise<readonly CallCount[]>)[] = [async () => this.calls.list()];

  constructor(stackName: string, now: () => number, principals: Principals) {
    this.#stackName = stackName;
    this.#now = now;
    this.#principals = principals;
    this.#startedAt = now();
  }

  /** Where the invocations of a function go. */
  of(measured: MeasuredFunction): FunctionMetrics {
    const metrics = new FunctionMetrics(measured, this.#now);
    this.#functions.push(metrics);
    return metrics;
  }

  /** Where a mapping tells how old each record was when it was handled, in milliseconds. */
  lagOf(uuid: string, functionName: string): Distribution {
    const lag = new Distribution();
    this.#lags.push({ uuid, functionName, lag });
    return lag;
  }

  /** Counts that are kept elsewhere, asked for when somebody looks. */
  addCounter(counts: () => Promise<readonly CallCount[]>): void {
    this.#counters.push(counts);
  }

  async snapshot(): Promise<MetricsSnapshot> {
    const calls = (await Promise.all(this.#counters.map((counts) => counts()))).flat();
    return {
      stackName: this.#stackName,
      startedAt: this.#startedAt,
      at: this.#now(),
      functions: this.#functions.map((metrics) => metrics.snapshot()),
      mappings: this.#lags.map(({ uuid, functionName, lag }) => ({ uuid, functionName, lagMs: lag.summary() })),
      calls: calls.map(({ accessKeyId, ...count }) => ({
        principal: this.#principals.nameOf(accessKeyId) ?? 'unknown',
        ...count,
      })),
    };
  }
}
