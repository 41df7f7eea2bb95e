import { openClients } from './clients.ts';
import { readArguments, runCommand } from './command.ts';
import { readDeployment } from './deployment.ts';
import { enableLive } from './rebuild/enable-live.ts';

const help = `Usage: npm run enable-live

Lets the slots that readers use follow the stream again, where a deployment has stopped one that a rebuild had switched
to. npm run deploy ends with it; after cdk deploy by itself, run it. Running it again changes nothing.

  --help   shows this

Reads .local/outputs.json and .local/env, or the SDK's own variables for an account.`;

await runCommand(async (args) => {
  if (!readArguments(args, {}, help)) return;
  const deployment = readDeployment();
  const clients = openClients(deployment);
  try {
    const enabled = await enableLive(deployment, clients);
    for (const slot of enabled) process.stdout.write(`readers use the ${slot}, which follow the stream again\n`);
    if (enabled.length === 0) process.stdout.write('the slots that readers use follow the stream\n');
  } finally {
    clients.destroy();
  }
});
