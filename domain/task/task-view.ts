import type { Task } from './task.ts';

/** A task as the API answers it, in the names of the originals. */
export interface TaskView {
  readonly aggregate_type: 'Task';
  /** The command that the newest event came from: of two views of a task, the one with the greater id is the later. */
  readonly command_id: string;
  readonly id: string;
  readonly task: {
    readonly id: string;
    readonly created_at: string;
    readonly updated_at: string;
    readonly name: string;
    readonly summary: string | null;
    readonly done: boolean;
    readonly deleted: boolean;
  };
}

export const taskView = ({ id, commandId, createdAt, updatedAt, name, summary, done, deleted }: Task): TaskView => ({
  aggregate_type: 'Task',
  command_id: commandId,
  id,
  task: { id, created_at: createdAt, updated_at: updatedAt, name, summary, done, deleted },
});
