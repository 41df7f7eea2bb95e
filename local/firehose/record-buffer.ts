import type { Clock } from '../clock.ts';

export interface RecordBufferOptions<Entry> {
  readonly maximumBytes: number;
  /** How long the first entry waits for others. */
  readonly waitMs: number;
  readonly clock: Clock;
  /** Takes what was gathered; several may be under way at once. Must not reject. */
  readonly flush: (entries: readonly Entry[]) => Promise<void>;
}

/** Gathers entries until they are large enough, or the first of them has waited long enough. */
export class RecordBuffer<Entry> {
  readonly #options: RecordBufferOptions<Entry>;
  readonly #underWay = new Set<Promise<void>>();
  #entries: Entry[] = [];
  #bytes = 0;
  #timer: AbortController | undefined;

  constructor(options: RecordBufferOptions<Entry>) {
    this.#options = options;
  }

  add(entry: Entry, bytes: number): void {
    const { maximumBytes } = this.#options;
    if (this.#bytes + bytes > maximumBytes) this.#flush();
    this.#entries.push(entry);
    this.#bytes += bytes;
    if (this.#bytes >= maximumBytes) this.#flush();
    else if (!this.#timer) void this.#wait();
  }

  /** Hands over what is there, and resolves when all that was handed over is done. */
  async drain(): Promise<void> {
    this.#flush();
    await Promise.all(this.#underWay);
  }

  async #wait(): Promise<void> {
    const timer = new AbortController();
    this.#timer = timer;
    await this.#options.clock.sleep(this.#options.waitMs, timer.signal);
    if (!timer.signal.aborted) this.#flush();
  }

  #flush(): void {
    this.#timer?.abort(true); // a reason of its own: the default one is an error with a stack
    this.#timer = undefined;
    if (this.#entries.length === 0) return;
    const entries = this.#entries;
    this.#entries = [];
    this.#bytes = 0;
    const flushing = this.#options.flush(entries).finally(() => this.#underWay.delete(flushing));
    this.#underWay.add(flushing);
  }
}
