import { evolve, initialTask, type Task } from '../../domain/task/task.ts';
import type { TaskEvent } from '../../domain/task/task-events.ts';
import { log } from '../runtime/logging.ts';
import type { Snapshots, TaskLog } from './task-log.ts';

/** A task as it is, and up to where a snapshot told of it. */
export interface LoadedTask {
  readonly task: Task;
  readonly snapshotVersion: number;
}

/** Reading so many events costs less than a snapshot for each of them, and more than one for all. */
const snapshotEvery = 25;

/** Tasks, folded from their events. */
export class TaskStore {
  readonly #log: TaskLog;
  readonly #snapshots: Snapshots;
  readonly #snapshotEvery: number;

  constructor(log: TaskLog, snapshots: Snapshots, every = snapshotEvery) {
    this.#log = log;
    this.#snapshots = snapshots;
    this.#snapshotEvery = every;
  }

  /** The task with everything that was appended before the call; of version 0 where there is none. */
  async load(taskId: string): Promise<LoadedTask> {
    const snapshot = await this.#snapshots.get(taskId);
    return this.reload(taskId, { task: snapshot ?? initialTask, snapshotVersion: snapshot?.version ?? 0 });
  }

  /** The same, for no more than what has been appended since the task was loaded. */
  async reload(taskId: string, { task, snapshotVersion }: LoadedTask): Promise<LoadedTask> {
    let newest = task;
    for await (const event of this.#log.read(taskId, task.version)) newest = evolve(newest, event);
    return { task: newest, snapshotVersion };
  }

  /** Appends what follows from a task as it was loaded; throws `VersionConflict` where it has changed since. */
  async append({ task, snapshotVersion }: LoadedTask, event: TaskEvent): Promise<Task> {
    await this.#log.append(event);
    const next = evolve(task, event);
    if (next.version - snapshotVersion >= this.#snapshotEvery) {
      // The event is on the log: a snapshot that fails must not make the command look as if it had.
      await this.#snapshots
        .put(next)
        .catch((error) => log.error('snapshot not written', { taskId: next.id, version: next.version, error }));
    }
    return next;
  }

  /** The events of the task after a version, oldest first. */
  events(taskId: string, after = 0): AsyncIterable<TaskEvent> {
    return this.#log.read(taskId, after);
  }

  /** The task as the events made it for which `isPast`: they are read in their order, up to the first that isn't. */
  async loadAt(taskId: string, isPast: (event: TaskEvent) => boolean): Promise<Task> {
    let task = initialTask;
    for await (const event of this.#log.read(taskId)) {
      if (!isPast(event)) break;
      task = evolve(task, event);
    }
    return task;
  }
}
