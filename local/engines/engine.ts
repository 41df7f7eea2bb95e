/** One of the embedded engines, listening on 127.0.0.1 from a worker thread of its own. */
export interface Engine {
  /** `http://127.0.0.1:<port>`, or the real endpoint that took the engine's place. */
  readonly url: string;
  close(): Promise<void>;
}

/** The key with which every caller signs; made by the runtime, kept with its data. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
