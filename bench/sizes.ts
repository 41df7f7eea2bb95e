import { restAfterMs } from '../local/memory-at-rest.ts';

/** How many orders, rounds and processes a run takes. */
export interface Sizes {
  /** At most. */
  readonly rounds: number;
  /** Orders that each process or environment which makes the calls is sent before it is measured. */
  readonly warmUp: number;
  /** How long the runtime and the floor are left alone before their memory at rest is read. */
  readonly restMs: number;
  /** Orders sent one by one, each followed into both stores. */
  readonly latency: number;
  /** Orders held when the memory is read. */
  readonly held: number;
  /** Orders sent one at a time, 16 and 64 at a time. */
  readonly one: number;
  readonly sixteen: number;
  readonly sixtyFour: number;
  /** Orders sent by batch posts, on top of those. */
  readonly batched: number;
  /** Fresh processes for each function's import. */
  readonly imports: number;
  /** Batches for each consumer. */
  readonly batches: number;
}

export const fullSizes: Sizes = {
  rounds: 3,
  warmUp: 4_000,
  restMs: 3 * restAfterMs,
  latency: 300,
  held: 10_000,
  one: 600,
  sixteen: 2_000,
  sixtyFour: 10_000,
  batched: 10_000,
  imports: 15,
  batches: 200,
};

export const quickSizes: Sizes = {
  rounds: 1,
  warmUp: 200,
  restMs: 0,
  latency: 100,
  held: 2_000,
  one: 200,
  sixteen: 500,
  sixtyFour: 1_000,
  batched: 2_000,
  imports: 3,
  batches: 50,
};
