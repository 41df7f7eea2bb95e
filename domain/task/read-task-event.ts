import * as z from 'zod/mini';
import { eventReader, type Happened, UnreadableEvent } from '../event.ts';
import { fieldProblems } from '../problem.ts';
import { type StoredTaskEvent, type TaskEvent, type TaskEventFacts, taskEvents } from './task-events.ts';
import { Ulid } from './ulid.ts';
import { upcast } from './upcast.ts';

const Text = z.string('must be a text').check(z.minLength(1, 'must not be empty'));

const Facts: z.ZodMiniType<TaskEventFacts> = z.looseObject({
  sequence: z.string('must be a text').check(z.regex(/^\d{10}$/, 'must be 10 digits')),
  commandid: Ulid,
  causationid: Text,
  correlationid: Text,
  actor: Text,
});

const read = eventReader(taskEvents);

/** The event in its current version; throws `UnreadableEvent` where it lacks what every event of a task has. */
export function currentTaskEvent(event: Happened<(typeof taskEvents)[number]>): TaskEvent {
  const facts = Facts.safeParse(event);
  if (facts.success) return upcast(event as StoredTaskEvent);
  const problems = fieldProblems(facts.error.issues, []).map(({ field, detail }) => `${field} ${detail}`);
  throw new UnreadableEvent('no-envelope', problems.join('; '));
}

/** Reads a task's event of any version from parsed JSON, into its current version; throws `UnreadableEvent`. */
export const readTaskEvent = (value: unknown): TaskEvent => currentTaskEvent(read(value));
