import { randomUUID } from 'node:crypto';
import { type Clock, during, systemClock } from '../clock.ts';
import type { FunctionMetrics } from '../metrics/function-metrics.ts';
import { type Call, Environment, type EnvironmentOwner } from './environment.ts';
import type { End } from './environment-thread.ts';
import { errorObject } from './error-object.ts';
import type { FunctionLog } from './function-log.ts';
import {
  type InvokeOptions,
  type InvokeResult,
  type LocalFunction,
  payloadLimitBytes,
  RequestTooLarge,
  TooManyRequests,
} from './local-function.ts';
import type { PlatformLog } from './platform-log.ts';
import type { Precedence } from './precedence.ts';

/** What a function is made of. */
export interface FunctionSettings {
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly handler: string;
  readonly timeoutMs: number;
  readonly memoryMb: number;
  /** More invocations than this at once are refused. */
  readonly reservedConcurrency?: number;
  /** At most this many environments; further invocations wait. */
  readonly environments: number;
  /** Where the code lies, unpacked; asked for at each cold start, which fails with whatever it throws. */
  readonly taskRoot: () => string;
  /** `process.env` of an environment. */
  readonly variables: (taskRoot: string, logStream: string) => Readonly<Record<string, string>>;
  readonly log: FunctionLog;
  readonly platformLog: PlatformLog;
  /** Hears of each failed invocation: the error object as JSON text. */
  readonly onFailure?: (payload: string) => void;
  readonly deadLetters?: LocalFunction['deadLetters'];
  /** Stands still while it runs, where it can; the machine's own time by default. */
  readonly clock?: Clock;
  /** Where its invocations are measured; nowhere by default. */
  readonly metrics?: FunctionMetrics;
  /** Lets its requests go before the batches of whatever shares this; nobody waits for them by default. */
  readonly precedence?: Precedence;
  /** An environment without work for this long is stopped; five minutes by default. */
  readonly idleMs?: number;
}

/**
 * How long a call waits for a busy environment before another one is started for it. Lambda starts one at once; here
 * a start takes 80 ms of the same two or four cores, and 30 MB, while most calls are over in a few milliseconds.
 */
const patienceMs = 20;

/**
 * A function on worker threads: environments start when there is work for them, stop when idle, and are thrown away
 * after a time-out, an exit or a crash; invocations that find none free wait in the order in which they came.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export const createFunction = (settings: FunctionSettings): LocalFunction => new LambdaFunction(settings);

class LambdaFunction implements LocalFunction, EnvironmentOwner {
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly timeoutMs: number;
  readonly deadLetters: LocalFunction['deadLetters'];
  readonly #settings: FunctionSettings;
  readonly #reserved: number;
  readonly #idleMs: number;
  readonly #environments = new Set<Environment>();
  readonly #starting = new Set<Environment>();
  /** Those that have ended, until their threads are gone. */
  readonly #ending = new Set<Promise<void>>();
  readonly #waiting: Call[] = [];
  /** The one used last comes last and is used next, so that the others can grow idle. */
  #free: Environment[] = [];
  #inFlight = 0;
  #closed = false;
  #whenDrained: (() => void) | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #growTimer: NodeJS.Timeout | undefined;

  constructor(settings: FunctionSettings) {
    this.functionName = settings.functionName;
    this.deadLetters = settings.deadLetters;
    this.functionArn = settings.functionArn;
    this.roleArn = settings.roleArn;
    this.timeoutMs = settings.timeoutMs;
    this.#settings = settings;
    this.#reserved = settings.reservedConcurrency ?? Number.POSITIVE_INFINITY;
    this.#idleMs = settings.idleMs ?? 300_000;
  }

  async invoke(payload: string, options: InvokeOptions = {}): Promise<InvokeResult> {
    if (this.#closed) throw new Error(`${this.functionName} is closed.`);
    if (this.#inFlight >= this.#reserved) {
      this.#settings.metrics?.throttled();
      throw new TooManyRequests();
    }
    if (payload.length * 3 > payloadLimitBytes && Buffer.byteLength(payload) > payloadLimitBytes) {
      throw new RequestTooLarge();
    }
    this.#inFlight++;
    const answered = new Promise<InvokeResult>((resolve) => {
      const answer = (result: InvokeResult) => {
        this.#inFlight--;
        resolve(result);
        if (this.#inFlight === 0) this.#whenDrained?.();
      };
      const requestId = options.requestId ?? randomUUID();
      if (options.source === 'api') this.#settings.precedence?.requestWaits();
      const waitsUntil = performance.now() + (options.patienceMs ?? patienceMs);
      this.#waiting.push({ payload, options, requestId, waitsUntil, answer });
      this.#dispatch();
    });
    return during(this.#settings.clock ?? systemClock, answered);
  }

  async crash(): Promise<void> {
    for (const environment of [...this.#environments]) environment.stop('killed');
    await Promise.all(this.#ending);
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        this.#whenDrained = resolve;
      });
    }
    clearTimeout(this.#idleTimer);
    clearTimeout(this.#growTimer);
    await this.crash();
    await this.#settings.log.close();
  }

  free(environment: Environment): void {
    this.#starting.delete(environment);
    this.#free.push(environment);
    this.#dispatch();
    this.#idleTimer ??= setTimeout(() => this.#stopIdle(), this.#idleMs).unref();
  }

  ended(environment: Environment, end: End): void {
    this.#environments.delete(environment);
    this.#free = this.#free.filter((other) => other !== environment);
    const gone = environment.gone.then(() => void this.#ending.delete(gone));
    this.#ending.add(gone);
    if (this.#starting.delete(environment) && end.reason !== 'killed') {
      const call = this.#next();
      if (call) environment.fail(call, end);
    }
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#waiting.length > 0) {
      const environment = this.#free.pop();
      if (!environment) break;
      environment.run(this.#next() as Call);
    }
    this.#grow();
  }

  /** The call that has waited longest, which waits no more. */
  #next(): Call | undefined {
    const call = this.#waiting.shift();
    if (call?.options.source === 'api') this.#settings.precedence?.requestRuns();
    return call;
  }

  /** Starts the first environment at once, and a further one when any call has waited enough for those there are. */
  #grow(): void {
    clearTimeout(this.#growTimer);
    while (this.#waiting.length > 0 && this.#environments.size === 0) this.#start();
    const most = Math.min(this.#settings.environments, this.#reserved);
    if (this.#waiting.length === 0 || this.#environments.size >= most || this.#starting.size > 0) return;
    const soonest = this.#waiting.reduce((first, call) => Math.min(first, call.waitsUntil), Number.POSITIVE_INFINITY);
    const leftMs = soonest - performance.now();
    if (leftMs <= 0) this.#start();
    else this.#growTimer = setTimeout(() => this.#grow(), leftMs);
  }

  #start(): void {
    try {
      const environment = new Environment(this.#settings, this);
      this.#environments.add(environment);
      this.#starting.add(environment);
    } catch (error) {
      const payload = JSON.stringify(errorObject(error));
      this.#settings.onFailure?.(payload);
      this.#next()?.answer({ payload, functionError: 'Unhandled' });
    }
  }

  #stopIdle(): void {
    this.#idleTimer = undefined;
    const now = performance.now();
    for (const environment of this.#free) {
      if (now - environment.idleSince >= this.#idleMs) environment.stop('killed');
    }
    const [longestIdle] = this.#free;
    if (!longestIdle) return;
    const waitMs = longestIdle.idleSince + this.#idleMs - now;
    this.#idleTimer = setTimeout(() => this.#stopIdle(), waitMs).unref();
  }
}
