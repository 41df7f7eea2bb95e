import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { openTasks, taskVariables } from '../runtime/tasks.ts';
import { TaskListTable } from '../stores/task-list.ts';
import { queryTasks } from './query-tasks.ts';

const env = readEnv({ ...taskVariables, TASK_TABLE: name });
const client = dynamoDb();
export const handler = queryTasks(openTasks(client, env), new TaskListTable(client, env.TASK_TABLE));
