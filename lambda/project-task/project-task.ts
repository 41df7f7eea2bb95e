import { currentTaskEvent } from '../../domain/task/read-task-event.ts';
import { evolve, initialTask, type Task } from '../../domain/task/task.ts';
import { type StoredTaskEvent, type TaskEvent, taskEvents, versionOf } from '../../domain/task/task-events.ts';
import { kinesisConsumer } from '../runtime/kinesis-consumer.ts';

/** An event as it was written, in whatever version. */
export type AuditedEvent = StoredTaskEvent;

/** What happened, event by event. */
export interface TaskAudit {
  /** Keeps the event; keeping it again changes nothing. */
  put(event: AuditedEvent): Promise<void>;
}

/** The tasks as their events made them. */
export interface TaskViews {
  /** The view as it is now. */
  get(taskId: string): Promise<Task | undefined>;
  /** Keeps the view, unless there is one of a later version. */
  put(task: Task): Promise<void>;
}

/**
 * stream -> project-task -> audit and views. At-least-once in, exactly-once effect: both go by the version of the task,
 * never by the place on the stream, where an old version may come again behind a newer one.
 *
 * An event that leaves out a version is refused, and so are those that follow it: a view is never wrong, only late.
 */
export const projectTask = (audit: TaskAudit, views: TaskViews) =>
  kinesisConsumer(taskEvents, async (stored) => {
    const event = currentTaskEvent(stored);
    await audit.put(stored as AuditedEvent);
    await apply(event, views);
  });

async function apply(event: TaskEvent, views: TaskViews): Promise<void> {
  const standing = (await views.get(event.subject)) ?? initialTask;
  if (versionOf(event) > standing.version) await views.put(evolve(standing, event));
}
