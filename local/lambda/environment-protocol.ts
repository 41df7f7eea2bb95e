import type { MessagePort } from 'node:worker_threads';

/** What an execution environment is given when its thread starts. */
export interface EnvironmentSetup {
  /** Invocations come in here, `EnvironmentMessage`s go out. */
  readonly port: MessagePort;
  /** See `Shared`. */
  readonly shared: Int32Array;
  /** The unpacked code: what is `/var/task` on AWS. */
  readonly taskRoot: string;
  readonly handler: string;
  readonly functionArn: string;
  readonly payloadLimitBytes: number;
}

/**
 * The places of the numbers that both threads change.
 * - `wake` turns 1 when an invocation is on the port; the environment's thread sleeps on it, frozen, in between.
 * - `next` is the number of the invocation that may begin. Whoever turns it into 0 first has it: the environment, which
 *   then begins it, or the other thread, which takes it back.
 */
export const Shared = { wake: 0, next: 1 } as const;

/** One invocation on its way to the environment. A tuple of texts: nothing in it is cloned key by key. */
export type Invocation = readonly [
  number: number,
  requestId: string,
  timeoutMs: number,
  traceId: string,
  clientContext: string | undefined,
  payload: string,
];

/** What an invocation took, and what its environment has used up to its end. */
export interface Use {
  readonly durationMs: number;
  readonly cpuMicroseconds: number;
  /** In use when it was looked at last. */
  readonly memoryBytes: number;
  /** Of its connections. */
  readonly bytesIn: number;
  readonly bytesOut: number;
}

/** A new environment's. */
export const unused: Use = { durationMs: 0, cpuMicroseconds: 0, memoryBytes: 0, bytesIn: 0, bytesOut: 0 };

/** An answer's first line. */
export const useLine = ({ durationMs, cpuMicroseconds, memoryBytes, bytesIn, bytesOut }: Use): string =>
  `${durationMs} ${cpuMicroseconds} ${memoryBytes} ${bytesIn} ${bytesOut}\n`;

/** What an answer's first line says, and what follows it. */
export function splitUse(answer: string): [use: Use, payload: string] {
  const end = answer.indexOf('\n');
  const [durationMs = 0, cpuMicroseconds = 0, memoryBytes = 0, bytesIn = 0, bytesOut = 0] = answer
    .slice(0, end)
    .split(' ')
    .map(Number);
  return [{ durationMs, cpuMicroseconds, memoryBytes, bytesIn, bytesOut }, answer.slice(end + 1)];
}

/**
 * What an environment says: one text, whose first character is its kind.
 * - `+` the handler is loaded
 * - `r` the use follows, on a line of its own, and then the response, as JSON text
 * - `e` the handler failed: the use follows likewise, and then the error object; the environment stays
 * - `f` loading failed, or something nobody caught: the error object follows; the environment ends
 * - `x` the handler has not answered, and nothing is left to wait for
 * - `l` lines of log follow
 */
export type EnvironmentMessage = string;
