import type { Happened } from '../event.ts';
import { type StoredTaskEvent, TaskCreated, TaskCreated1, type TaskEvent } from './task-events.ts';

/** An event of any version as it would be written today. The only place that knows older versions. */
export function upcast(event: StoredTaskEvent): TaskEvent {
  if (event.dataschema !== TaskCreated1.dataschema) return event as TaskEvent;
  const { data } = event as Happened<typeof TaskCreated1>;
  return {
    ...(event as TaskEvent & { type: 'TaskCreated' }),
    dataschema: TaskCreated.dataschema,
    data: { ...data, summary: data.summary ?? null, done: false },
  };
}
