/** The output of an operation, or its error by name. Blobs are base64, and times are seconds, as in the JSON protocol. */
export interface Answer {
  readonly error?: string;
  // biome-ignore lint/suspicious/noExplicitAny: the outputs of some twenty operations
  readonly output?: any;
}

/** An implementation of Kinesis under test. */
export interface Driver {
  /** What only an implementation in this process can do; the commands that need it are left out without it. */
  readonly inside: Inside | undefined;
  /** Begins the names of this run's streams. */
  readonly prefix: string;
  call(operation: string, input: Record<string, unknown>): Promise<Answer>;
  /** Resolves once all that was answered so far is acknowledged. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

export interface Inside {
  /** Milliseconds since the epoch. */
  now(): number;
  advance(ms: number): void;
  /** Deletes expired records, some or all. */
  sweep(): void;
  restart(): Promise<void>;
  /** As by `kill -9`: what is not acknowledged is gone. */
  crash(): Promise<void>;
}
