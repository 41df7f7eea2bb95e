import type { BatchMeasure } from '../metrics/invocation-measure.ts';

/** What Lambda's `Invoke` answers to a synchronous call. */
export interface InvokeResult {
  /** The response, or the error object, as JSON text; `null` as text where the handler returned nothing. */
  readonly payload: string;
  /** Present when the handler failed, timed out, exited, or answered more than 6 MB. */
  readonly functionError?: 'Unhandled';
  /** What the invocation logged, up to its last 4 KB; only where `tail` asked for it. */
  readonly logTail?: string;
}

/** What a caller may say about an invocation beyond its payload. */
export interface InvokeOptions {
  /** `context.awsRequestId`; a new UUID by default. */
  readonly requestId?: string;
  /** `_X_AMZN_TRACE_ID`, `Root=…;Parent=…;Sampled=…`; a new one by default. */
  readonly traceId?: string;
  /** `context.clientContext` as JSON text. */
  readonly clientContext?: string;
  readonly tail?: boolean;
  /** Who asks, for the measurements: `api`, the UUID of an event source mapping …; `invoke` by default. */
  readonly source?: string;
  /** How long it waits for a busy environment before another one is started; 20 by default. */
  readonly patienceMs?: number;
  /** What a mapping hands over. */
  readonly batch?: BatchMeasure;
}

/** An event that nobody waits for and that the function failed at for the last time, or never got. */
export interface GivenUp {
  readonly payload: string;
  readonly requestId: string;
  /** As an HTTP status: 200 where the function failed itself. */
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** The function's reserved concurrency is used up (429): it was not invoked. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequestsException';
  readonly reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
  constructor() {
    super('Rate Exceeded.');
  }
}

/** The payload is larger than Lambda takes synchronously (413): the function was not invoked. */
export class RequestTooLarge extends Error {
  override readonly name = 'RequestTooLargeException';
  constructor(limitBytes = payloadLimitBytes) {
    super(`Request must be smaller than ${limitBytes} bytes for the InvokeFunction operation`);
  }
}

/** The largest request and response of a synchronous invocation: 6 MiB and 100 bytes. */
export const payloadLimitBytes = 6_291_556;

/** A function of the template, brought to life. */
export interface LocalFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly timeoutMs: number;
  /**
   * Takes what was given up of the invocations that nobody waits for; absent where that is dropped. Resolves with
   * whether the letter is done with; tries until it is, or until `stop`.
   */
  readonly deadLetters?: (letter: GivenUp, stop: AbortSignal) => Promise<boolean>;
  /**
   * Runs the handler with `payload`, JSON text, in one of the function's environments; waits for a free one.
   * Throws `TooManyRequests` where reserved concurrency forbids the call, `RequestTooLarge` above 6 MB.
   */
  invoke(payload: string, options?: InvokeOptions): Promise<InvokeResult>;
  /**
   * Ends every environment at once, mid-invocation, as when its host dies: the invocations fail, the next start cold.
   */
  crash(): Promise<void>;
  /** Lets the invocations that run and wait finish, then ends every environment; later ones are refused. */
  close(): Promise<void>;
}
