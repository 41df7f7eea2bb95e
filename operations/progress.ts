import { Presets, SingleBar } from 'cli-progress';

/** Tells a person how far something is. */
export interface Progress {
  /** Ends what was told of before and begins `what`, with its number of things if that is known. */
  begin(what: string, total?: number): void;
  at(done: number): void;
  /** A line of its own. */
  say(line: string): void;
  end(): void;
}

const plainEveryMs = 5_000;

/** A bar on a terminal; elsewhere a line as something begins and ends, and every 5 seconds between. */
export const openProgress = (output: NodeJS.WriteStream = process.stderr): Progress =>
  output.isTTY ? new BarProgress(output) : new LineProgress((line) => void output.write(`${line}\n`));

/** Tells nobody. */
export const silentProgress: Progress = { begin: () => {}, at: () => {}, say: () => {}, end: () => {} };

class BarProgress implements Progress {
  readonly #output: NodeJS.WriteStream;
  #bar: SingleBar | undefined;

  constructor(output: NodeJS.WriteStream) {
    this.#output = output;
  }

  begin(what: string, total?: number): void {
    this.end();
    const format = total === undefined ? `${what} {value}` : `${what} {bar} {value}/{total}, {eta_formatted} left`;
    this.#bar = new SingleBar({ format, stream: this.#output, etaBuffer: 50 }, Presets.shades_classic);
    this.#bar.start(total ?? 0, 0);
  }

  at(done: number): void {
    this.#bar?.update(done);
  }

  say(line: string): void {
    this.end();
    this.#output.write(`${line}\n`);
  }

  end(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

class LineProgress implements Progress {
  readonly #line: (line: string) => void;
  #what: string | undefined;
  #of = '';
  #done = 0;
  #toldAtMs = 0;

  constructor(line: (line: string) => void) {
    this.#line = line;
  }

  begin(what: string, total?: number): void {
    this.end();
    this.#what = what;
    this.#of = total === undefined ? '' : ` of ${total}`;
    this.#done = 0;
    this.#toldAtMs = Date.now();
    this.#line(`${what} …`);
  }

  at(done: number): void {
    this.#done = done;
    if (Date.now() - this.#toldAtMs < plainEveryMs) return;
    this.#toldAtMs = Date.now();
    this.#line(`${this.#what}: ${done}${this.#of}`);
  }

  say(line: string): void {
    this.end();
    this.#line(line);
  }

  end(): void {
    if (this.#what !== undefined) this.#line(`${this.#what}: ${this.#done}${this.#of}, done`);
    this.#what = undefined;
  }
}
