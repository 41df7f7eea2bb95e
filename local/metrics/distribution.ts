/** What is told of a distribution. */
export interface Quantiles {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
  /** How many values lie in each bucket, by its upper bound: what two of them differ in happened in between. */
  readonly buckets: readonly (readonly [upTo: number, count: number])[];
}

const step = Math.log(1.02);
const buckets = 1_200; // up to 2e10, in milliseconds most of a year

/** How values of 0 and more are spread, within 2 %, in the same memory however many there are. */
export class Distribution {
  readonly #counts = new Uint32Array(buckets);
  #count = 0;
  #max = 0;

  add(value: number): void {
    const bucket = value <= 1 ? 0 : Math.min(buckets - 1, Math.ceil(Math.log(value) / step));
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#count++;
    if (value > this.#max) this.#max = value;
  }

  /** The value that the share `q` of all values does not exceed; 0 where there are none. */
  quantile(q: number): number {
    const rank = Math.max(1, Math.ceil(q * this.#count));
    let seen = 0;
    for (let bucket = 0; bucket < buckets; bucket++) {
      seen += this.#counts[bucket] as number;
      if (seen >= rank) return Math.min(this.#max, Math.exp(bucket * step));
    }
    return 0;
  }

  summary(): Quantiles {
    const [p50, p90, p99] = [0.5, 0.9, 0.99].map((q) => this.quantile(q)) as [number, number, number];
    const buckets = Array.from(this.#counts, (count, bucket) => [Math.exp(bucket * step), count] as const);
    return { count: this.#count, p50, p90, p99, max: this.#max, buckets: buckets.filter(([, count]) => count > 0) };
  }
}
