import * as z from 'zod/mini';
import { event, type Happened } from '../event.ts';

export const Name = z
  .string('must be a text')
  .check(z.minLength(1, 'must not be empty'), z.maxLength(256, 'must have at most 256 characters'));
/** A text, or null for none. */
export const Summary = z.nullable(
  z.string('must be a text or null').check(z.maxLength(10_000, 'must have at most 10000 characters')),
);
export const Done = z.boolean('must be true or false');

// The data of an event keeps fields that are not named here: the log loses nothing it was given.

/** The first version: without a summary where there was none, and never done. */
export const TaskCreated1 = event('TaskCreated', 1, z.looseObject({ name: Name, summary: z.optional(Summary) }));

export const TaskCreated = event('TaskCreated', 2, z.looseObject({ name: Name, summary: Summary, done: Done }));

/** Holds what changed and nothing else; a summary of null was cleared. */
export const TaskUpdated = event(
  'TaskUpdated',
  1,
  z.looseObject({ name: z.optional(Name), summary: z.optional(Summary), done: z.optional(Done) }),
);

export const TaskDeleted = event('TaskDeleted', 1, z.looseObject({}));

/** Every event of a task, in every version ever written. */
export const taskEvents = [TaskCreated1, TaskCreated, TaskUpdated, TaskDeleted] as const;

/** What the log knows of an event beside what happened; they stand in the envelope, as CloudEvents extensions. */
export interface TaskEventFacts {
  /** The version of the task that the event made, from 1, as 10 digits. */
  readonly sequence: string;
  /** The command that the event came from, a ULID. */
  readonly commandid: string;
  /**
   * The id of what caused the command.
   * https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/correlation.md
   */
  readonly causationid: string;
  /** Shared by all that belongs to one undertaking. */
  readonly correlationid: string;
  /** Who gave the command. */
  readonly actor: string;
}

/** An event in whatever version it was written. */
export type StoredTaskEvent = Happened<(typeof taskEvents)[number]> & TaskEventFacts;

/** An event in its current version. */
export type TaskEvent = (Happened<typeof TaskCreated> | Happened<typeof TaskUpdated> | Happened<typeof TaskDeleted>) &
  TaskEventFacts;

const sequenceDigits = 10;

export const sequenceOf = (version: number): string => String(version).padStart(sequenceDigits, '0');

/** The version of the task that the event made. */
export const versionOf = (event: Pick<TaskEventFacts, 'sequence'>): number => Number(event.sequence);
