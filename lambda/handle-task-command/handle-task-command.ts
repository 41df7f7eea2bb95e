import { setTimeout as sleep } from 'node:timers/promises';
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { decide, type Task, type TaskIntent } from '../../domain/task/task.ts';
import { taskView } from '../../domain/task/task-view.ts';
import { httpHandler, invalid, json, Problem, readHeader } from '../runtime/http.ts';
import { entityTagOf, taskIdOf } from '../runtime/task-request.ts';
import { VersionConflict } from '../stores/task-log.ts';
import type { LoadedTask, TaskStore } from '../stores/task-store.ts';
import { newTaskId, nextCommandId, taskIdUnderKey, timeOf } from './command-ids.ts';
import { actorOf, callerOf, readIfMatch, readIntent } from './read-command.ts';

/** So often a command is decided anew after someone else changed its task meanwhile. */
const maxAttempts = 12;
const maxBackoffMs = 1_000;

/**
 * `POST /tasks`, `PATCH /tasks/{id}`, `DELETE /tasks/{id}` -> one event on the log -> the task as it is then, 201 or
 * 200, its version as `ETag`. A command that meets another one is decided anew, a bounded number of times, then 409.
 * With `If-Match` it is done to a version that the client has seen or not at all: 412, as RFC 9110 (13.1.1) says.
 * A `POST` under an `Idempotency-Key` sent again answers what it answered before. What is answered 503 may have been
 * done: sent again under its key or with its `If-Match` it is done once, else perhaps twice.
 */
export const handleTaskCommand = (tasks: TaskStore, now: () => Date = () => new Date()) =>
  httpHandler(async (request) => {
    const intent = readIntent(request);
    const target = targetOf(request, intent, now());
    let loaded = await tasks.load(target.taskId);
    for (let attempt = 1; ; attempt++) {
      try {
        const task = await attemptOnce(tasks, request, intent, target, loaded, now());
        if (intent.type !== 'CreateTask') return json(200, taskView(task), { ETag: entityTagOf(task) });
        return json(201, taskView(task), { ETag: entityTagOf(task), Location: locationOf(task, request) });
      } catch (error) {
        if (!(error instanceof VersionConflict)) throw error;
        if (attempt === maxAttempts) {
          throw new Problem('conflict', `The task ${target.taskId} is being changed by too many at once.`, {
            retryAfterSeconds: 1,
          });
        }
        await sleep(Math.random() * Math.min(maxBackoffMs, 10 * 2 ** attempt));
        loaded = await tasks.reload(target.taskId, loaded);
      }
    }
  });

/** From the path of the request, whatever the stage or a domain of its own puts before it. */
const locationOf = ({ id }: Task, { path }: APIGatewayProxyEvent) => (path.endsWith('/') ? id : `tasks/${id}`);

interface Target {
  readonly taskId: string;
  readonly ifMatch: readonly string[] | undefined;
  /** Whether the task may be there already because the same request came before. */
  readonly mayBeAgain: boolean;
}

function targetOf(request: APIGatewayProxyEvent, intent: TaskIntent, now: Date): Target {
  const key = readHeader(request, 'Idempotency-Key');
  if (intent.type === 'CreateTask') {
    const taskId = key === undefined ? newTaskId(now) : taskIdUnderKey(callerOf(request), key, intent);
    return { taskId, ifMatch: undefined, mayBeAgain: key !== undefined };
  }
  if (key !== undefined) {
    throw invalid([{ field: 'Idempotency-Key', detail: 'goes with POST; here If-Match makes sending again safe' }]);
  }
  const ifMatch = readIfMatch(request);
  return { taskId: taskIdOf(request), ifMatch, mayBeAgain: false };
}

async function attemptOnce(
  tasks: TaskStore,
  request: APIGatewayProxyEvent,
  intent: TaskIntent,
  { taskId, ifMatch, mayBeAgain }: Target,
  loaded: LoadedTask,
  now: Date,
): Promise<Task> {
  if (mayBeAgain && loaded.task.version > 0) return tasks.loadAt(taskId, ({ type }) => type === 'TaskCreated');
  const commandId = nextCommandId(loaded.task.commandId, now);
  const event = decide(
    {
      ...intent,
      taskId,
      commandId,
      time: timeOf(commandId),
      actor: actorOf(request),
      causationId: readHeader(request, 'X-Causation-Id') ?? commandId,
      correlationId: readHeader(request, 'X-Correlation-Id') ?? commandId,
    },
    loaded.task,
  );
  // After the checks that a request without a condition has to pass, too (RFC 9110, 13.2.1).
  if (ifMatch && !ifMatch.includes(entityTagOf(loaded.task))) {
    throw new Problem('precondition-failed', `The task ${taskId} is at version ${entityTagOf(loaded.task)} by now.`);
  }
  return tasks.append(loaded, event);
}
