/**
 * Who waits for an answer goes first: while requests wait for an environment, no batch is begun, or not for a while, and
 * then one at a time. On AWS each has a machine of its own; here they share a few cores, and the log keeps what comes
 * until there is time.
 */
export class Precedence {
  readonly #holdMs: number;
  /** Batches whose time isn't up. */
  readonly #held = new Set<() => void>();
  /** Those whose time is up, while another one runs. */
  readonly #due: (() => void)[] = [];
  #nextDue: NodeJS.Timeout | undefined;
  #requests = 0;
  #batches = 0;

  /** A batch is held for `holdMs` at most, and then for as long again by each that is due before it. */
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
    if (this.#requests > 0) return;
    clearTimeout(this.#nextDue);
    this.#nextDue = undefined;
    for (const begin of [...this.#held, ...this.#due.splice(0)]) begin();
  }

  /** Resolves when a batch may begin, with what is to be called when it has ended. */
  async turnOfBatch(): Promise<() => void> {
    if (this.#requests > 0 && this.#holdMs > 0) {
      await this.#noRequestWaits();
      if (this.#requests > 0 && this.#batches > 0) await this.#noBatchRuns();
    }
    this.#batches++;
    return () => {
      this.#batches--;
      if (this.#batches === 0) this.#beginNextDue();
    };
  }

  #noRequestWaits(): Promise<void> {
    return new Promise((resolve) => {
      const begin = () => {
        clearTimeout(timer);
        this.#held.delete(begin);
        resolve();
      };
      const timer = setTimeout(begin, this.#holdMs);
      this.#held.add(begin);
    });
  }

  #noBatchRuns(): Promise<void> {
    this.#nextDue ??= setTimeout(() => this.#beginNextDue(), this.#holdMs);
    return new Promise((resolve) => this.#due.push(resolve));
  }

  #beginNextDue(): void {
    clearTimeout(this.#nextDue);
    this.#due.shift()?.();
    this.#nextDue = this.#due.length > 0 ? setTimeout(() => this.#beginNextDue(), this.#holdMs) : undefined;
  }
}
