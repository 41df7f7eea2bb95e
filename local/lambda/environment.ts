import { randomBytes } from 'node:crypto';
import { type Use, unused } from './environment-protocol.ts';
import { type End, EnvironmentThread, type ThreadListener } from './environment-thread.ts';
import type { FunctionSettings } from './function-settings.ts';
import type { InvokeOptions, InvokeResult } from './local-function.ts';
import { billedMs, type InvocationReport, megabytes } from './platform-log.ts';
import { endedUnder } from './sandbox-error.ts';
import { newTraceId } from './trace-id.ts';

/** One invocation, and who waits for it. */
export interface Call {
  readonly payload: string;
  readonly options: InvokeOptions;
  readonly requestId: string;
  /** Until when it waits for a busy environment before another one is started, on `performance.now()`'s clock. */
  readonly waitsUntil: number;
  readonly answer: (result: InvokeResult) => void;
}

/** The function that an environment belongs to. */
export interface EnvironmentOwner {
  /** It waits no more. */
  begun(call: Call): void;
  /** It is free, or has begun the call that it was handed ahead. */
  turned(environment: Environment): void;
  /** It has ended; where it never became free, `fail` answers a caller that waited for it. `notBegun` has to run anew. */
  ended(environment: Environment, end: End, notBegun?: Call): void;
}

/** How long Lambda lets code load before that counts as the invocation's time. */
const initLimitMs = 10_000;
const tailBytes = 4 * 1024;

/** One execution environment: the thread with the code, its deadline, and the log of its invocations. */
export class Environment implements ThreadListener {
  readonly #settings: FunctionSettings;
  readonly #owner: EnvironmentOwner;
  readonly #thread: EnvironmentThread;
  readonly #startedAt = performance.now();
  /** How long the start took, until the first invocation has reported it. */
  #initMs: number | undefined;
  #call: Call | undefined;
  /** Handed to the thread while `#call` runs. */
  #ahead: Call | undefined;
  #invokedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #tail = '';
  /** As of its last answer. */
  #use: Use = unused;
  /** Since when it has had nothing to do, on `performance.now()`'s clock. */
  idleSince = 0;

  constructor(settings: FunctionSettings, owner: EnvironmentOwner) {
    this.#settings = settings;
    this.#owner = owner;
    const { handler, functionArn, memoryMb } = settings;
    const taskRoot = settings.taskRoot();
    const variables = settings.variables(taskRoot, newLogStream());
    this.#thread = new EnvironmentThread({ handler, functionArn, memoryMb, taskRoot, variables }, this);
    this.#limit(initLimitMs + settings.timeoutMs);
    this.#write(settings.platformLog.initStart());
  }

  /** Resolves when its thread is gone. */
  get gone(): Promise<void> {
    return this.#thread.gone;
  }

  /** Whether nothing runs. It must be ready. */
  get isFree(): boolean {
    return this.#call === undefined;
  }

  /** Whether it may be handed the call after the one that runs. */
  get takesAhead(): boolean {
    return this.#call !== undefined && this.#ahead === undefined && this.#thread.hasBegun;
  }

  /** Runs the handler, at once where the environment is free, and else as soon as it has answered. */
  run(call: Call): void {
    const { traceId = newTraceId(), clientContext } = call.options;
    if (this.#call) this.#ahead = call;
    else this.#begin(call);
    this.#thread.invoke(call.requestId, this.#settings.timeoutMs, traceId, clientContext, call.payload);
  }

  /** The call handed ahead, if there is one that has not begun; it runs here no more. */
  takeBack(): Call | undefined {
    const call = this.#ahead;
    if (!call || !this.#thread.takeBack()) return undefined;
    this.#ahead = undefined;
    return call;
  }

  /** Answers a call that this environment, ended in its start, can't run. */
  fail(call: Call, end: End): void {
    this.#begin(call);
    this.#settleEnded(call, end);
  }

  /** Ends it at once; an invocation that runs fails. */
  stop(reason: 'timed out' | 'killed'): void {
    this.#thread.stop(reason);
  }

  ready(): void {
    this.#endLimit();
    this.#initMs = performance.now() - this.#startedAt;
    this.#turn();
  }

  answered(payload: string, failed: boolean, use: Use): void {
    this.#settle(payload, failed ? 'error' : 'success', use);
    this.#turn();
  }

  logged(lines: string): void {
    this.#write(lines);
  }

  ended(end: End): void {
    const notBegun = this.takeBack();
    for (let call = this.#call; call; call = this.#call) {
      this.#settleEnded(call, end);
      this.#beginAhead();
    }
    this.#endLimit();
    this.#owner.ended(this, end, notBegun);
  }

  #turn(): void {
    this.#beginAhead();
    this.idleSince = performance.now();
    this.#owner.turned(this);
  }

  #beginAhead(): void {
    const call = this.#ahead;
    this.#ahead = undefined;
    if (call) this.#begin(call);
  }

  #begin(call: Call): void {
    this.#call = call;
    this.#invokedAt = performance.now();
    this.#tail = '';
    this.#limit(this.#settings.timeoutMs);
    this.#write(this.#settings.platformLog.start(call.requestId));
    this.#owner.begun(call);
  }

  #limit(ms: number): void {
    const timer = setTimeout(() => {
      this.#thread.hear(); // what it said in time, and this thread was too busy for
      if (this.#timer === timer) this.stop('timed out');
    }, ms);
    this.#timer = timer;
  }

  #endLimit(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #settleEnded({ requestId }: Call, end: End): void {
    const { platformLog, timeoutMs } = this.#settings;
    const timedOut = end.reason === 'timed out';
    if (timedOut) this.#write(platformLog.timedOut(requestId, timeoutMs));
    const use = { ...this.#use, durationMs: performance.now() - this.#invokedAt };
    this.#settle(endedUnder(end, requestId, timeoutMs), timedOut ? 'timeout' : 'error', use);
  }

  #settle(payload: string, status: InvocationReport['status'], use: Use): void {
    this.#endLimit();
    const call = this.#call;
    if (!call) return;
    const { platformLog, memoryMb, onFailure } = this.#settings;
    const { requestId } = call;
    const { durationMs, memoryBytes: memoryUsedBytes } = use;
    const failed = status !== 'success';
    this.#write(platformLog.report({ requestId, durationMs, initMs: this.#initMs, memoryMb, memoryUsedBytes, status }));
    this.#measure(call, failed, use);
    this.#initMs = undefined;
    this.#call = undefined;
    if (failed) onFailure?.(payload);
    call.answer({
      payload,
      ...(failed && { functionError: 'Unhandled' }),
      ...(call.options.tail && { logTail: Buffer.from(this.#tail).subarray(-tailBytes).toString() }),
    });
  }

  #measure({ options }: Call, failed: boolean, use: Use): void {
    const before = this.#use;
    this.#use = use;
    this.#settings.metrics?.invoked({
      source: options.source ?? 'invoke',
      ...(options.batch && { batch: options.batch }),
      durationMs: use.durationMs,
      billedMs: billedMs(use.durationMs, this.#initMs),
      ...(this.#initMs !== undefined && { initMs: this.#initMs }),
      cpuMs: (use.cpuMicroseconds - before.cpuMicroseconds) / 1_000,
      memoryUsedMb: megabytes(use.memoryBytes),
      bytesIn: use.bytesIn - before.bytesIn,
      bytesOut: use.bytesOut - before.bytesOut,
      failed,
    });
  }

  #write(lines: string): void {
    if (lines === '') return;
    this.#settings.log.write(lines);
    if (this.#call?.options.tail) this.#tail = (this.#tail + lines.slice(-tailBytes)).slice(-tailBytes);
  }
}

/** `2026/11/22/[$LATEST]` and 32 hexadecimal digits. */
const newLogStream = (): string =>
  `${new Date().toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;
