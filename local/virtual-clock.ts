import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from './clock.ts';

interface Sleeper {
  readonly dueMs: number;
  wake(): void;
}

/** Turns of the event loop in which nothing new may begin before time goes on: continuations of what has just ended. */
const restTurns = 4;

/**
 * Time that passes in no time: it stands still while anything is under way (`during`), and when everything is at rest
 * it jumps to the next sleeper, one after another in the order in which they are due. It passes only within `run`, so
 * that what sleeps in a circle doesn't turn for ever. What takes time is what somebody sleeps for; work takes none. A
 * message from another thread that nobody waits for, such as a write's wake-up, comes at whatever time it is then.
 */
export class VirtualClock implements Clock {
  /** For other threads: one 64-bit float. */
  readonly shared = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  readonly #time = new Float64Array(this.shared);
  /** The next one first. */
  readonly #sleepers: Sleeper[] = [];
  #runs = 0;
  #busy = 0;
  /** Whatever begins or ends is a step. */
  #steps = 0;
  #passing = false;

  constructor(startMs = Date.now()) {
    this.#time[0] = startMs;
  }

  readonly now = (): number => this.#time[0] as number;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const sleeper: Sleeper = {
        dueMs: this.now() + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener('abort', aborted);
          resolve();
        },
      };
      const aborted = () => {
        this.#sleepers.splice(this.#sleepers.indexOf(sleeper), 1);
        this.#step();
        resolve();
      };
      signal?.addEventListener('abort', aborted, { once: true });
      const later = this.#sleepers.findIndex(({ dueMs }) => dueMs > sleeper.dueMs);
      this.#sleepers.splice(later < 0 ? this.#sleepers.length : later, 0, sleeper);
      this.#step();
    });

  readonly during = async <T>(work: Promise<T>): Promise<T> => {
    this.#busy++;
    try {
      return await work;
    } finally {
      this.#busy--;
      this.#step();
    }
  };

  /** Lets time pass until `drive` has settled. */
  async run<T>(drive: () => Promise<T>): Promise<T> {
    this.#runs++;
    this.#step();
    try {
      return await drive();
    } finally {
      this.#runs--;
    }
  }

  #step(): void {
    this.#steps++;
    if (this.#passing || !this.#mayPass()) return;
    this.#passing = true;
    void this.#pass();
  }

  #mayPass(): boolean {
    return this.#runs > 0 && this.#busy === 0 && this.#sleepers.length > 0;
  }

  async #pass(): Promise<void> {
    while (this.#mayPass()) {
      const steps = this.#steps;
      for (let turns = 0; turns < restTurns && steps === this.#steps; turns++) await turn();
      if (steps !== this.#steps || !this.#mayPass()) continue;
      const next = this.#sleepers.shift() as Sleeper;
      this.#time[0] = next.dueMs;
      this.#steps++;
      next.wake();
    }
    this.#passing = false;
  }
}
