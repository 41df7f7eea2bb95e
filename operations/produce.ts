import { LambdaClient } from '@aws-sdk/client-lambda';
import { settingsOf } from './clients.ts';
import { runCommand, Stopped } from './command.ts';
import { outputOf, readDeployment } from './deployment.ts';
import { readCommandLine } from './produce/command-line.ts';
import { produce } from './produce/produce.ts';
import { openProgress } from './progress.ts';

await runCommand(async (args, signal) => {
  const line = readCommandLine(args);
  if (!line) return;
  const deployment = readDeployment();
  const functionName = outputOf(deployment, 'ProducerFunctionName');
  // An invocation that timed out may have sold; tried again, it would sell once more.
  const lambda = new LambdaClient({ ...settingsOf(deployment.environment, 'LAMBDA'), maxAttempts: 1 });
  try {
    const produced = await produce(line, { lambda, functionName, progress: openProgress(), signal });
    process.stdout.write(`${JSON.stringify(produced)}\n`);
    if (!produced.message.status) throw new Stopped(`Not everything was sold: ${produced.message.error}`);
  } finally {
    lambda.destroy();
  }
});
