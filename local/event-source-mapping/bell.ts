import type { Clock } from '../clock.ts';

/** Wakes one waiter; a ring that nobody waits for is kept for the next. */
export class Bell {
  private readonly clock: Clock;
  private rung = false;
  private wake: (() => void) | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  ring(): void {
    this.rung = true;
    this.wake?.();
  }

  /** Resolves at the next ring (true), after `ms` milliseconds at the latest (false). */
  async wait(ms = Number.POSITIVE_INFINITY): Promise<boolean> {
    if (!this.rung && ms > 0) {
      const timer = new AbortController();
      await new Promise<void>((resolve) => {
        this.wake = resolve;
        if (ms < Number.POSITIVE_INFINITY) this.clock.sleep(ms, timer.signal).then(resolve);
      });
      this.wake = undefined;
      timer.abort(true); // a reason of its own: the default one is an error with a stack
    }
    const { rung } = this;
    this.rung = false;
    return rung;
  }
}
