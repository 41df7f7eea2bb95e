/**
 * Who waits for an answer goes first: while requests wait for an environment, no batch is begun, or not for a while. On
 * AWS each has a machine of its own; here they share a few cores, and the log keeps what comes until there is time.
 */
export class Precedence {
  readonly #holdMs: number;
  readonly #held = new Set<() => void>();
  #requests = 0;

  /** A batch is held for `holdMs` at most. */
  constructor(holdMs: number) {
    this.#holdMs = holdMs;
  }

  /** A request waits for an environment. */
  requestWaits(): void {
    this.#requests++;
  }

  /** A request that waited has its environment. */
  requestRuns(): void {
    this.#requests--;
    if (this.#requests === 0) for (const release of [...this.#held]) release();
  }

  /** Resolves when a batch may begin. */
  async turnOfBatch(): Promise<void> {
    if (this.#requests === 0 || this.#holdMs === 0) return;
    await new Promise<void>((resolve) => {
      const release = () => {
        clearTimeout(timer);
        this.#held.delete(release);
        resolve();
      };
      const timer = setTimeout(release, this.#holdMs);
      this.#held.add(release);
    });
  }
}
