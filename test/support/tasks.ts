import { encodeTime } from 'ulid';
import { decide, evolve, initialTask, type Task, type TaskCommand, type TaskIntent } from '../../domain/task/task.ts';
import type { TaskEvent } from '../../domain/task/task-events.ts';

export const taskId = '01KAXA0000000000000000TASK';

const start = Date.parse('2026-11-22T10:00:00.000Z');

/** The `n`th command of a test, a second after the one before. */
export const command = <Intent extends TaskIntent>(intent: Intent, n = 0, id = taskId) => ({
  taskId: id,
  commandId: commandId(n),
  time: new Date(start + n * 1_000).toISOString(),
  actor: 'a tester',
  causationId: `request-${n}`,
  correlationId: 'an undertaking',
  ...intent,
});

/** The id of the `n`th command of a test. */
export const commandId = (n: number): string => `${encodeTime(start + n * 1_000)}${String(n).padStart(16, '0')}`;

export const create = { type: 'CreateTask', name: 'Write', summary: 'a page', done: false } as const;
export const update = (changes: (TaskIntent & { type: 'UpdateTask' })['changes']) =>
  ({ type: 'UpdateTask', changes }) as const;
export const remove = { type: 'DeleteTask' } as const;

/** The events of these intents, one after the other, and the task that they make. */
export const history = (intents: readonly TaskIntent[], id = taskId): { events: TaskEvent[]; task: Task } => {
  const events: TaskEvent[] = [];
  let task = initialTask;
  for (const [n, intent] of intents.entries()) {
    const event = decide(command(intent, n, id) as TaskCommand, task);
    task = evolve(task, event);
    events.push(event);
  }
  return { events, task };
};
