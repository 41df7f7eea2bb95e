import type { Task } from '../../domain/task/task.ts';
import type { TaskEvent } from '../../domain/task/task-events.ts';

/** Someone else appended an event of this version first. */
export class VersionConflict extends Error {
  override readonly name = 'VersionConflict';
  readonly code = 'version-conflict';
  constructor({ id }: TaskEvent) {
    super(`the log has another event ${id}`);
  }
}

/** Every event of every task. */
export interface TaskLog {
  /** Appends the event; throws `VersionConflict` where the log has another one of its version. */
  append(event: TaskEvent): Promise<void>;
  /** The events of a task after a version, oldest first; what was appended before the call is seen. */
  read(taskId: string, after?: number): AsyncIterable<TaskEvent>;
}

/** What a fold of the log came to, so that it need not begin at the first event. Losing one costs time only. */
export interface Snapshots {
  /** Undefined where there is none that this reducer made. */
  get(taskId: string): Promise<Task | undefined>;
  put(task: Task): Promise<void>;
}
