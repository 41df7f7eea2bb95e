/** Long polls: those who wait for a message of a queue. */
export class Waiting {
  readonly #byQueue = new Map<string, Set<() => void>>();

  /** Resolves when the queue is woken, when `signal` is aborted, or after so many milliseconds. */
  wait(queue: string, ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiters = this.#byQueue.get(queue) ?? new Set();
      this.#byQueue.set(queue, waiters);
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        waiters.delete(done);
        if (waiters.size === 0) this.#byQueue.delete(queue);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done);
      waiters.add(done);
    });
  }

  /** A message may be there, or may come sooner than it would have. */
  wake(queue: string): void {
    for (const done of [...(this.#byQueue.get(queue) ?? [])]) done();
  }
}
