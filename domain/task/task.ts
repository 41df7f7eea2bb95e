import { DomainError } from '../domain-error.ts';
import { never } from '../never.ts';
import { sequenceOf, TaskCreated, TaskDeleted, type TaskEvent, TaskUpdated, versionOf } from './task-events.ts';

/** A task, as the events up to `version` made it. */
export interface Task {
  readonly id: string;
  /** How many events made it; 0 where there is no such task. */
  readonly version: number;
  /** The command that the newest event came from. */
  readonly commandId: string;
  /** ISO 8601, UTC, as `updatedAt`. */
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly name: string;
  readonly summary: string | null;
  readonly done: boolean;
  readonly deleted: boolean;
}

/** Before the first event. */
export const initialTask: Task = {
  id: '',
  version: 0,
  commandId: '',
  createdAt: '',
  updatedAt: '',
  name: '',
  summary: null,
  done: false,
  deleted: false,
};

/** What comes with every command: the domain has no clock and makes no ids. */
interface CommandFacts {
  readonly taskId: string;
  /** A ULID, greater than that of every earlier command of the task. */
  readonly commandId: string;
  /** ISO 8601, UTC, milliseconds; not before that of an earlier command of the task. */
  readonly time: string;
  readonly actor: string;
  readonly causationId: string;
  readonly correlationId: string;
}

export type TaskIntent =
  | { readonly type: 'CreateTask'; readonly name: string; readonly summary: string | null; readonly done: boolean }
  | {
      readonly type: 'UpdateTask';
      /** A field that is absent stays as it is; a summary of null is cleared. */
      readonly changes: {
        readonly name?: string | undefined;
        readonly summary?: string | null | undefined;
        readonly done?: boolean | undefined;
      };
    }
  | { readonly type: 'DeleteTask' };

export type TaskCommand = CommandFacts & TaskIntent;

export class TaskExists extends DomainError<'task-exists'> {
  override readonly name = 'TaskExists';
  readonly code = 'task-exists';
}
export class TaskNotFound extends DomainError<'task-not-found'> {
  override readonly name = 'TaskNotFound';
  readonly code = 'task-not-found';
}
export class TaskWasDeleted extends DomainError<'task-deleted'> {
  override readonly name = 'TaskWasDeleted';
  readonly code = 'task-deleted';
}

/** The one event that the command makes of the task. Throws a `DomainError` where the task, as it is, refuses it. */
export function decide(command: TaskCommand, task: Task): TaskEvent {
  switch (command.type) {
    case 'CreateTask': {
      if (task.version > 0) throw new TaskExists(`There is a task ${task.id} already.`);
      const { name, summary, done } = command;
      return TaskCreated.create(...happened(command, task, { name, summary, done }));
    }
    case 'UpdateTask': {
      mustBeOpen(command, task);
      const given = Object.entries(command.changes).filter(([, value]) => value !== undefined);
      return TaskUpdated.create(...happened(command, task, Object.fromEntries(given)));
    }
    case 'DeleteTask':
      mustBeOpen(command, task);
      return TaskDeleted.create(...happened(command, task, {}));
    default:
      return never(command);
  }
}

function mustBeOpen({ taskId }: TaskCommand, task: Task): void {
  if (task.version === 0) throw new TaskNotFound(`There is no task ${taskId}.`);
  if (task.deleted) throw new TaskWasDeleted(`The task ${taskId} was deleted.`);
}

function happened<Data>(command: TaskCommand, task: Task, data: Data) {
  const version = task.version + 1;
  const facts = {
    id: `${command.taskId}-${version}`,
    source: '/tasks',
    subject: command.taskId,
    time: command.time,
    data,
  };
  const extensions = {
    sequence: sequenceOf(version),
    commandid: command.commandId,
    causationid: command.causationId,
    correlationid: command.correlationId,
    actor: command.actor,
  };
  return [facts, extensions] as const;
}

/** The task after one more event, which must be the next one: a gap or a repetition throws. */
export function evolve(task: Task, event: TaskEvent): Task {
  if (versionOf(event) !== task.version + 1) {
    throw new RangeError(`event ${event.id} does not follow version ${task.version} of the task`);
  }
  const next = { ...task, version: versionOf(event), commandId: event.commandid, updatedAt: event.time };
  switch (event.type) {
    case 'TaskCreated': {
      const { name, summary, done } = event.data;
      return { ...next, id: event.subject, createdAt: event.time, name, summary, done };
    }
    case 'TaskUpdated': {
      const { name = task.name, summary = task.summary, done = task.done } = event.data;
      return { ...next, name, summary, done };
    }
    case 'TaskDeleted':
      return { ...next, deleted: true };
    default:
      return never(event);
  }
}
