import type { APIGatewayProxyEvent } from 'aws-lambda';
import * as z from 'zod/mini';
import { TaskNotFound, TaskWasDeleted } from '../../domain/task/task.ts';
import { type TaskEvent, versionOf } from '../../domain/task/task-events.ts';
import { taskView } from '../../domain/task/task-view.ts';
import { Ulid } from '../../domain/task/ulid.ts';
import { roomInAnswer } from '../runtime/answer-size.ts';
import { count } from '../runtime/count.ts';
import { httpHandler, json, readQuery } from '../runtime/http.ts';
import { entityTagOf, taskIdOf } from '../runtime/task-request.ts';
import type { TaskStore } from '../stores/task-store.ts';
import { listTasks, type TaskList } from './list-tasks.ts';

const time = z.iso.datetime({ offset: true });

/** Whether an event lies at or before a moment: that of a command, or a time. */
type IsPast = (event: TaskEvent) => boolean;

const Moment = z.pipe(
  z.string(),
  z.transform((text: string, context): IsPast => {
    if (Ulid.safeParse(text).success) return ({ commandid }) => commandid <= text;
    if (time.safeParse(text).success) return (event) => Date.parse(event.time) <= Date.parse(text);
    context.issues.push({
      code: 'custom',
      message: 'must be a command id or an ISO 8601 time with its offset, such as 2026-11-22T10:15:30Z',
      input: text,
    });
    return z.NEVER;
  }),
);
const OneTask = z.strictObject({ at: z.optional(Moment) });

const maxEvents = 10_000;
const PageOfEvents = z.strictObject({ limit: z.optional(count(maxEvents)), next: z.optional(count(9_999_999_999)) });

/**
 * `GET /tasks/{id}` -> the task as it is, 410 once it was deleted. `?at=` -> as it was right after a command or at a
 * time, deleted or not. `GET /tasks/{id}/events` -> `{events, next}`, what happened to it, oldest first: as many as fit
 * one answer. All of it is read from the log, consistently: what a command answered is seen. `GET /tasks?done=` is not.
 */
export const queryTasks = (tasks: TaskStore, list: TaskList) =>
  httpHandler(async (request) => {
    switch (request.resource) {
      case '/tasks':
        return listTasks(list, request);
      case '/tasks/{id}':
        return getTask(tasks, request);
      case '/tasks/{id}/events':
        return getEvents(tasks, request);
      default:
        throw new Error(`nothing is asked by ${request.resource}`);
    }
  });

async function getTask(tasks: TaskStore, request: APIGatewayProxyEvent) {
  const taskId = taskIdOf(request);
  const { at } = readQuery(request, OneTask);
  const task = at ? await tasks.loadAt(taskId, at) : (await tasks.load(taskId)).task;
  if (task.version === 0) throw new TaskNotFound(`There is no task ${taskId}${at ? ' by then' : ''}.`);
  if (task.deleted && !at) throw new TaskWasDeleted(`The task ${taskId} was deleted.`);
  return json(200, taskView(task), { ETag: entityTagOf(task) });
}

async function getEvents(tasks: TaskStore, request: APIGatewayProxyEvent) {
  const taskId = taskIdOf(request);
  const { limit = maxEvents, next: after = 0 } = readQuery(request, PageOfEvents);
  const events: TaskEvent[] = [];
  const fits = roomInAnswer();
  let next: string | undefined;
  for await (const event of tasks.events(taskId, after)) {
    if (events.length === limit || !fits(event)) {
      next = String(versionOf(events.at(-1) as TaskEvent));
      break;
    }
    events.push(event);
  }
  if (events.length === 0 && after === 0) throw new TaskNotFound(`There is no task ${taskId}.`);
  return json(200, { events, next });
}
