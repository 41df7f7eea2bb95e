import type { CallCount } from '../metrics/call-counts.ts';

/** One of the embedded engines, listening on 127.0.0.1 from a worker thread of its own. */
export interface Engine {
  /** `http://127.0.0.1:<port>`, or the real endpoint that took the engine's place. */
  readonly url: string;
  close(): Promise<void>;
}

/** An engine that counts the calls it answers. */
export interface CountingEngine extends Engine {
  /** The calls so far, by key and action. */
  calls(): Promise<readonly CallCount[]>;
}

/** A key to sign calls with; made by the runtime, kept with its data. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
