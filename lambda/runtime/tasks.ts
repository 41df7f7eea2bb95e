import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventLog } from '../stores/event-log.ts';
import { SnapshotTable } from '../stores/snapshot-table.ts';
import { TaskStore } from '../stores/task-store.ts';
import { name } from './env.ts';

/**
 * Names the code that folds the events of a task: a hash, put here as the functions are bundled (lib/parts/bundles.ts).
 */
declare const TASK_REDUCER: string;

/** The variables that `openTasks` takes. */
export const taskVariables = { EVENT_LOG: name, SNAPSHOT_TABLE: name, AWS_REGION: name };

/** The tasks, in the tables that a function's environment names. */
export function openTasks(
  dynamoDb: DynamoDBClient,
  { EVENT_LOG, SNAPSHOT_TABLE, AWS_REGION }: Readonly<Record<keyof typeof taskVariables, string>>,
): TaskStore {
  const log = new EventLog(dynamoDb, EVENT_LOG, AWS_REGION);
  return new TaskStore(log, new SnapshotTable(dynamoDb, SNAPSHOT_TABLE, TASK_REDUCER));
}
