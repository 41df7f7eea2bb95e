import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Task } from '../../domain/task/task.ts';
import { taskView } from '../../domain/task/task-view.ts';
import { fitting } from '../runtime/answer-size.ts';
import { count } from '../runtime/count.ts';
import { json, readQuery } from '../runtime/http.ts';

export interface TaskPage {
  readonly tasks: readonly Task[];
  /** Behind which task the next page begins, `<createdAt>#<id>`; undefined where there is none. */
  readonly next: string | undefined;
}

/** The tasks that were not deleted. */
export interface TaskList {
  /** At most `limit` of those that are done, or not, or both, newest first; follows the log within moments. */
  page(done: boolean | undefined, limit: number, after?: string): Promise<TaskPage>;
}

const defaultLimit = 50;
const maxLimit = 100;

const place = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z#[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

const placeOf = ({ createdAt, id }: Task): string => `${createdAt}#${id}`;

const token = (at: string): string => Buffer.from(at).toString('base64url');

const PageOfTasks = z.strictObject({
  done: z.optional(
    z.pipe(
      z.enum(['true', 'false'], 'must be true or false'),
      z.transform((text) => text === 'true'),
    ),
  ),
  limit: z.optional(count(maxLimit)),
  next: z.optional(
    z.pipe(
      z.string().check(
        z.refine((text) => {
          const at = Buffer.from(text, 'base64url').toString('latin1');
          return place.test(at) && token(at) === text;
        }, 'must be the next of an earlier answer'),
      ),
      z.transform((text) => Buffer.from(text, 'base64url').toString()),
    ),
  ),
});

/** `GET /tasks?done=` -> `{tasks, next}`, newest first, a page at a time: as many as fit one answer. */
export async function listTasks(list: TaskList, request: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { done, limit = defaultLimit, next: after } = readQuery(request, PageOfTasks);
  const page = await list.page(done, limit, after);
  const tasks = fitting(page.tasks.map(taskView));
  const next = tasks.length < page.tasks.length ? placeOf(page.tasks[tasks.length - 1] as Task) : page.next;
  return json(200, { tasks, next: next && token(next) });
}
