/** Lets so many at a time go on, in the order in which they came. */
export class Turns {
  readonly #waiting: ((mayGo: boolean) => void)[] = [];
  #free: number;
  #ended = false;

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /** Resolves with true when its turn has come, which `leave` ends, or with false where `end` comes first. */
  async take(): Promise<boolean> {
    if (this.#free > 0 || this.#ended) {
      this.#free--;
      return true;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  leave(): void {
    const next = this.#waiting.shift();
    if (next) next(true);
    else this.#free++;
  }

  /** Sends away all that wait; who comes later need not wait. */
  end(): void {
    this.#ended = true;
    for (const sendAway of this.#waiting.splice(0)) sendAway(false);
  }
}
