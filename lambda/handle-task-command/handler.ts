import { dynamoDb } from '../runtime/clients.ts';
import { readEnv } from '../runtime/env.ts';
import { openTasks, taskVariables } from '../runtime/tasks.ts';
import { handleTaskCommand } from './handle-task-command.ts';

const env = readEnv(taskVariables);
export const handler = handleTaskCommand(openTasks(dynamoDb(), env));
