import { randomUUID } from 'node:crypto';
import { during, systemClock } from '../clock.ts';
import { type Call, Environment, type EnvironmentOwner } from './environment.ts';
import type { End } from './environment-thread.ts';
import { errorObject } from './error-object.ts';
import type { FunctionSettings } from './function-settings.ts';
import {
  type InvokeOptions,
  type InvokeResult,
  type LocalFunction,
  payloadLimitBytes,
  RequestTooLarge,
  TooManyRequests,
} from './local-function.ts';

/**
 * How long a call waits for a busy environment before another one is started for it. Lambda starts one at once; here
 * a start takes 80 ms of the same two or four cores, and 30 MB, while most calls are over in a few milliseconds.
 */
const patienceMs = 20;

/**
 * A function on worker threads: environments start when there is work for them, stop when idle, and are thrown away
 * after a time-out, an exit or a crash; invocations that find none free wait in the order in which they came. Where no
 * more environments may be started, the first of those that wait are handed to busy ones, one each, so that these need
 * not wait for this thread; what has not begun when another environment is free, or its own has ended, is taken back.
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
  readonly #mostEnvironments: number;
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
    this.#mostEnvironments = Math.min(settings.environments, this.#reserved);
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
      const waitsUntil = performance.now() + (options.patienceMs ?? patienceMs);
      if (options.source === 'api') this.#settings.precedence?.requestWaits();
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

  begun({ options }: Call): void {
    if (options.source === 'api') this.#settings.precedence?.requestRuns();
  }

  turned(environment: Environment): void {
    this.#starting.delete(environment);
    if (environment.isFree) this.#free.push(environment);
    this.#dispatch();
    this.#idleTimer ??= setTimeout(() => this.#stopIdle(), this.#idleMs).unref();
  }

  ended(environment: Environment, end: End, notBegun?: Call): void {
    this.#environments.delete(environment);
    this.#free = this.#free.filter((other) => other !== environment);
    const gone = environment.gone.then(() => void this.#ending.delete(gone));
    this.#ending.add(gone);
    if (notBegun) this.#waiting.unshift(notBegun);
    if (this.#starting.delete(environment) && end.reason !== 'killed') {
      const call = this.#waiting.shift();
      if (call) environment.fail(call, end);
    }
    this.#dispatch();
  }

  #dispatch(): void {
    while (this.#free.length > 0) {
      const call = this.#waiting.shift() ?? this.#takeBack();
      if (!call) break;
      this.#free.pop()?.run(call);
    }
    if (this.#environments.size >= this.#mostEnvironments) this.#handAhead();
    this.#grow();
  }

  #handAhead(): void {
    for (const environment of this.#environments) {
      if (!environment.takesAhead) continue;
      const call = this.#waiting.shift();
      if (!call) break;
      environment.run(call);
    }
  }

  #takeBack(): Call | undefined {
    for (const environment of this.#environments) {
      const call = environment.takeBack();
      if (call) return call;
    }
  }

  /** Starts the first environment at once, and a further one when any call has waited enough for those there are. */
  #grow(): void {
    clearTimeout(this.#growTimer);
    while (this.#waiting.length > 0 && this.#environments.size === 0) this.#start();
    if (this.#waiting.length === 0 || this.#starting.size > 0) return;
    if (this.#environments.size >= this.#mostEnvironments) return;
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
      const call = this.#waiting.shift();
      if (call) this.begun(call);
      call?.answer({ payload, functionError: 'Unhandled' });
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
