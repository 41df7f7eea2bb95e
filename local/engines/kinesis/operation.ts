import type { KinesisEngine } from './engine.ts';
import { type MemberTable, type PreparedMember, prepare } from './member.ts';

/** One of the operations of Kinesis. */
export interface Operation {
  readonly members: readonly PreparedMember[];
  /** Answers the output, or its JSON. Throws a `KinesisError` only before it has changed anything. */
  run(engine: KinesisEngine, input: never): object | string | undefined;
}

export const operation = <Input>(
  table: MemberTable,
  run: (engine: KinesisEngine, input: Input) => object | string | undefined,
): Operation => ({ members: prepare(table), run });
