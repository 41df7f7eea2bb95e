import { TaskAuditBucket } from '../lambda/stores/task-audit-bucket.ts';
import { TaskListTable } from '../lambda/stores/task-list.ts';
import { openClients } from './clients.ts';
import { readArguments, runCommand } from './command.ts';
import { outputOf, readDeployment } from './deployment.ts';
import { openProgress } from './progress.ts';
import { rebuildTasks } from './rebuild-tasks/rebuild-tasks.ts';

const help = `Usage: npm run rebuild-tasks

Makes what listens to tasks anew from their event log: the table that GET /tasks lists, and the audit bucket's object of
each event. Tasks may change meanwhile: no view goes back in version. Running it again changes nothing.

  --help   shows this

Reads .local/outputs.json and .local/env, or the SDK's own variables for an account.`;

await runCommand(async (args, signal) => {
  if (!readArguments(args, {}, help)) return;
  const deployment = readDeployment();
  const clients = openClients(deployment);
  try {
    const audit = new TaskAuditBucket(clients.s3, outputOf(deployment, 'TaskAuditBucketName'));
    const views = new TaskListTable(clients.dynamodb, outputOf(deployment, 'TaskTableName'));
    const log = { dynamodb: clients.dynamodb, table: outputOf(deployment, 'EventLogTableName') };
    const { tasks, events } = await rebuildTasks(log, { audit, views }, { signal, progress: openProgress() });
    const made = `${tasks.toLocaleString('en')} tasks from ${events.toLocaleString('en')} events`;
    process.stdout.write(signal.aborted ? `interrupted after ${made}\n` : `made ${made}\n`);
  } finally {
    clients.destroy();
  }
});
