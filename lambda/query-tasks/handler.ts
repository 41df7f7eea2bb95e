import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { taskReducer } from '../runtime/task-reducer.ts';
import { EventLog } from '../stores/event-log.ts';
import { SnapshotTable } from '../stores/snapshot-table.ts';
import { TaskListTable } from '../stores/task-list.ts';
import { TaskStore } from '../stores/task-store.ts';
import { queryTasks } from './query-tasks.ts';

const env = readEnv({ EVENT_LOG: name, SNAPSHOT_TABLE: name, AWS_REGION: name, TASK_TABLE: name });
const log = new EventLog(dynamoDb(), env.EVENT_LOG, env.AWS_REGION);
export const handler = queryTasks(
  new TaskStore(log, new SnapshotTable(dynamoDb(), env.SNAPSHOT_TABLE, taskReducer)),
  new TaskListTable(dynamoDb(), env.TASK_TABLE),
);
