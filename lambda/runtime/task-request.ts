import type { APIGatewayProxyEvent } from 'aws-lambda';
import { type Task, TaskNotFound } from '../../domain/task/task.ts';
import { Ulid } from '../../domain/task/ulid.ts';

/** The `{id}` of the path. What is no ULID was never given to a task: it is not asked of the log, whatever it is. */
export function taskIdOf(request: APIGatewayProxyEvent): string {
  const taskId = request.pathParameters?.id ?? '';
  if (!Ulid.safeParse(taskId).success) throw new TaskNotFound('There is no such task: its id is no ULID.');
  return taskId;
}

/** The version of a task, as `ETag` says it and `If-Match` asks for it. */
export const entityTagOf = ({ version }: Task): string => `"${version}"`;
