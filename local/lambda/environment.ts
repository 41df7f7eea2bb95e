import { randomBytes, randomUUID } from 'node:crypto';
import { type End, EnvironmentThread, type ThreadListener } from './environment-thread.ts';
import type { FunctionSettings } from './lambda-function.ts';
import type { InvokeOptions, InvokeResult } from './local-function.ts';
import { billedMs, type InvocationReport, megabytes } from './platform-log.ts';
import { endedUnder } from './sandbox-error.ts';

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
  /** It is ready for its next invocation. */
  free(environment: Environment): void;
  /** It has ended; where it never became free, `fail` answers a caller that waited for it. */
  ended(environment: Environment, end: End): void;
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
  #invokedAt = 0;
  #timer: NodeJS.Timeout;
  #tail = '';
  /** Bytes of its connections that earlier invocations have reported. */
  #reportedIn = 0;
  #reportedOut = 0;
  #reportedCpu = 0;
  /** Since when it has had nothing to do, on `performance.now()`'s clock. */
  idleSince = 0;

  constructor(settings: FunctionSettings, owner: EnvironmentOwner) {
    this.#settings = settings;
    this.#owner = owner;
    const { handler, functionArn, memoryMb } = settings;
    const taskRoot = settings.taskRoot();
    const variables = settings.variables(taskRoot, newLogStream());
    this.#thread = new EnvironmentThread({ handler, functionArn, memoryMb, taskRoot, variables }, this);
    this.#timer = setTimeout(() => this.stop('timed out'), initLimitMs + settings.timeoutMs);
    this.#write(settings.platformLog.initStart());
  }

  /** Resolves when its thread is gone. */
  get gone(): Promise<void> {
    return this.#thread.gone;
  }

  /** Runs the handler; the environment must be free. */
  run(call: Call): void {
    const { timeoutMs } = this.#settings;
    const { traceId = newTraceId(), clientContext } = call.options;
    this.#begin(call);
    this.#timer = setTimeout(() => this.stop('timed out'), timeoutMs);
    this.#thread.invoke([call.requestId, Date.now() + timeoutMs, traceId, clientContext, call.payload]);
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
    clearTimeout(this.#timer);
    this.#initMs = performance.now() - this.#startedAt;
    this.#becomeFree();
  }

  answered(payload: string, failed: boolean): void {
    clearTimeout(this.#timer);
    this.#settle(payload, failed ? 'error' : 'success');
    this.#becomeFree();
  }

  logged(lines: string): void {
    this.#write(lines);
  }

  ended(end: End): void {
    clearTimeout(this.#timer);
    if (this.#call) this.#settleEnded(this.#call, end);
    this.#owner.ended(this, end);
  }

  #becomeFree(): void {
    this.idleSince = performance.now();
    this.#owner.free(this);
  }

  #begin(call: Call): void {
    this.#call = call;
    this.#invokedAt = performance.now();
    this.#tail = '';
    this.#write(this.#settings.platformLog.start(call.requestId));
  }

  #settleEnded({ requestId }: Call, end: End): void {
    const { platformLog, timeoutMs } = this.#settings;
    const timedOut = end.reason === 'timed out';
    if (timedOut) this.#write(platformLog.timedOut(requestId, timeoutMs));
    this.#settle(endedUnder(end, requestId, timeoutMs), timedOut ? 'timeout' : 'error');
  }

  #settle(payload: string, status: InvocationReport['status']): void {
    const call = this.#call;
    if (!call) return;
    const { platformLog, memoryMb, onFailure } = this.#settings;
    const { requestId } = call;
    const failed = status !== 'success';
    const durationMs = performance.now() - this.#invokedAt;
    const memoryUsedBytes = this.#thread.used('memoryBytes');
    this.#write(platformLog.report({ requestId, durationMs, initMs: this.#initMs, memoryMb, memoryUsedBytes, status }));
    this.#measure(call, durationMs, failed);
    this.#initMs = undefined;
    this.#call = undefined;
    if (failed) onFailure?.(payload);
    call.answer({
      payload,
      ...(failed && { functionError: 'Unhandled' }),
      ...(call.options.tail && { logTail: Buffer.from(this.#tail).subarray(-tailBytes).toString() }),
    });
  }

  #measure({ options }: Call, durationMs: number, failed: boolean): void {
    const { metrics } = this.#settings;
    if (!metrics) return;
    const bytesIn = this.#thread.used('bytesIn');
    const bytesOut = this.#thread.used('bytesOut');
    const cpuMicroseconds = this.#thread.used('cpuMicroseconds');
    metrics.invoked({
      source: options.source ?? 'invoke',
      ...(options.batch && { batch: options.batch }),
      durationMs,
      billedMs: billedMs(durationMs, this.#initMs),
      ...(this.#initMs !== undefined && { initMs: this.#initMs }),
      cpuMs: (cpuMicroseconds - this.#reportedCpu) / 1_000,
      memoryUsedMb: megabytes(this.#thread.used('memoryBytes')),
      bytesIn: bytesIn - this.#reportedIn,
      bytesOut: bytesOut - this.#reportedOut,
      failed,
    });
    this.#reportedIn = bytesIn;
    this.#reportedOut = bytesOut;
    this.#reportedCpu = cpuMicroseconds;
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

/** https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader */
const newTraceId = (): string => {
  const seconds = Math.floor(Date.now() / 1_000).toString(16);
  const digits = `${randomUUID()}${randomUUID()}`.replaceAll('-', '');
  return `Root=1-${seconds}-${digits.slice(0, 24)};Parent=${digits.slice(48)};Sampled=0`;
};
