import { dynamoDb, s3 } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { TaskAuditBucket } from '../stores/task-audit-bucket.ts';
import { TaskListTable } from '../stores/task-list.ts';
import { projectTask } from './project-task.ts';

const env = readEnv({ AUDIT_BUCKET: name, TASK_TABLE: name });
const audit = new TaskAuditBucket(s3(), env.AUDIT_BUCKET);
export const handler = projectTask(audit, new TaskListTable(dynamoDb(), env.TASK_TABLE));
