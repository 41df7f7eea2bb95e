import * as z from 'zod/mini';
import { readState, StateFile, salvageRemoves } from '../state-file.ts';

/** How far one mapping is with one shard. */
export type Checkpoint =
  /** Everything up to this sequence number is done. */
  | { readonly after: string }
  /** Nothing is done yet; everything that arrived since this moment is to do (milliseconds since the epoch). */
  | { readonly sinceMs: number }
  /** The shard is closed, and all of it is done. */
  | { readonly ended: true };

const schema = z.union([
  z.strictObject({ after: z.string().check(z.regex(/^\d{1,128}$/)) }),
  z.strictObject({ sinceMs: z.number() }),
  z.strictObject({ ended: z.literal(true) }),
]);

/** Keeps one checkpoint in a file of its own. */
export class CheckpointFile {
  readonly #path: string;
  readonly #keeps: string;
  readonly #file: StateFile<Checkpoint>;

  /** `reader` is whose checkpoint it is, `the mapping Orders`, and `shardId` of what. */
  constructor(path: string, reader: string, shardId: string) {
    this.#path = path;
    this.#keeps = `how far ${reader} has read the shard ${shardId}`;
    this.#file = new StateFile(path);
  }

  /** @throws StartError where the file is damaged */
  read(): Checkpoint | undefined {
    return readState<Checkpoint>(this.#path, {
      schema,
      keeps: this.#keeps,
      remedy: `${salvageRemoves} The shard is then read from its oldest record on, so its records come a second time.`,
    });
  }

  write(checkpoint: Checkpoint): void {
    this.#file.write(checkpoint);
  }

  close(): void {
    this.#file.close();
  }
}
