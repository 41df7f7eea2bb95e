/** What Lambda's `Invoke` answers to a synchronous call. */
export interface InvokeResult {
  /** The response, or the error object, as JSON text; `null` as text where the handler returned nothing. */
  readonly payload: string;
  /** Present when the handler failed, timed out, exited, or answered more than 6 MB. */
  readonly functionError?: 'Unhandled';
}

/** The function's reserved concurrency is used up (429): it was not invoked. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequestsException';
  readonly reason = 'ReservedFunctionConcurrentInvocationLimitExceeded';
  constructor() {
    super('Rate Exceeded.');
  }
}

/** A function of the template, brought to life. */
export interface LocalFunction {
  readonly functionName: string;
  readonly functionArn: string;
  readonly roleArn: string;
  readonly timeoutMs: number;
  /**
   * Runs the handler with `payload`, JSON text, in one of the function's environments; waits for a free one.
   * Throws `TooManyRequests` where reserved concurrency forbids the call.
   */
  invoke(payload: string): Promise<InvokeResult>;
  /** Ends every environment at once, mid-invocation, as when its host dies: the invocations fail, the next start cold. */
  crash(): Promise<void>;
  /** Lets the running invocations finish, then ends every environment. */
  close(): Promise<void>;
}
