/** Where the local runtime takes its time from, so that a test can bring a time of its own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Where time can stand still, it does while `work` is under way. */
  during?<T>(work: Promise<T>): Promise<T>;
  /** The time for other threads, where it isn't the machine's: one 64-bit float. */
  readonly shared?: SharedArrayBuffer;
}

/** Waits for `work`, which takes no time where time can stand still. */
export const during = <T>(clock: Clock, work: Promise<T>): Promise<T> => clock.during?.(work) ?? work;

/** The machine's own time. */
export const systemClock: Clock = {
  now: Date.now,
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done);
    }),
};
