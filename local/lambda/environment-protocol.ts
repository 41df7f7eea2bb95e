import type { MessagePort } from 'node:worker_threads';

/** What an execution environment is given when its thread starts. */
export interface EnvironmentSetup {
  /** Invocations come in here, `EnvironmentMessage`s go out. */
  readonly port: MessagePort;
  /** Index 0 turns 1 when an invocation is on the port; the thread sleeps on it, frozen, in between. */
  readonly wake: Int32Array;
  /** What the thread has used so far, written before each answer; see `Used`. */
  readonly used: Float64Array;
  /** The unpacked code: what is `/var/task` on AWS. */
  readonly taskRoot: string;
  readonly handler: string;
  readonly functionArn: string;
  readonly payloadLimitBytes: number;
}

/** The places of the shared `used`: bytes of its connections and CPU time so far, and the memory in use. */
export const Used = { bytesIn: 0, bytesOut: 1, memoryBytes: 2, cpuMicroseconds: 3 } as const;

/** One invocation on its way to the environment. A tuple of texts: nothing in it is cloned key by key. */
export type Invocation = readonly [
  requestId: string,
  deadlineMs: number,
  traceId: string,
  clientContext: string | undefined,
  payload: string,
];

/**
 * What an environment says: one text, whose first character is its kind.
 * - `+` the handler is loaded
 * - `r` the response follows, as JSON text
 * - `e` the handler failed: the error object follows; the environment stays
 * - `f` loading failed, or something nobody caught: the error object follows; the environment ends
 * - `x` the handler has not answered, and nothing is left to wait for
 * - `l` lines of log follow
 */
export type EnvironmentMessage = string;
