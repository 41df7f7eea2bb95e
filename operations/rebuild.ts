import { join } from 'node:path';
import { alone } from './alone.ts';
import { type Clients, openClients } from './clients.ts';
import { runCommand, Stopped } from './command.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import { identityOf } from './identity.ts';
import { Journal } from './journal.ts';
import { openProgress } from './progress.ts';
import { type CommandLine, readCommandLine } from './rebuild/command-line.ts';
import type { Comparison } from './rebuild/compare.ts';
import { type RebuildState, rebuild } from './rebuild/rebuild.ts';
import { emptyOld, rollBack } from './rebuild/rollback.ts';

await runCommand(async (args, signal) => {
  const line = readCommandLine(args);
  if (!line) return;
  const deployment = readDeployment();
  const clients = openClients(deployment);
  try {
    await run(deployment, clients, line, signal);
  } finally {
    clients.destroy();
  }
});

async function run(deployment: Deployment, clients: Clients, line: CommandLine, signal: AbortSignal): Promise<void> {
  const folder = join('.local', 'rebuilds', `${line.projection}-${await identityOf(deployment, clients)}`);
  await alone(folder, () => runTask(deployment, clients, line, { folder, signal }));
}

async function runTask(
  deployment: Deployment,
  clients: Clients,
  line: CommandLine,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const { projection, task } = line;
  if (task === 'rollback') {
    const live = await rollBack(deployment, clients, projection);
    process.stdout.write(`readers use the ${live} ${projection} again\n`);
  } else if (task === 'empty-old') {
    const options = { journal: new Journal(folder), signal, progress: openProgress() };
    const old = await emptyOld(deployment, clients, projection, options);
    if (!signal.aborted) process.stdout.write(`the ${old} ${projection} are stopped and empty\n`);
  } else await makeAnew(deployment, clients, line, { folder, signal });
}

async function makeAnew(
  deployment: Deployment,
  clients: Clients,
  line: CommandLine,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<void> {
  const { projection } = line;
  if (line.restart) new Journal(folder).remove();
  const journal = new Journal<RebuildState>(folder);
  const progress = openProgress();
  const earlier = journal.read();
  if (earlier) progress.say(`going on with the rebuild of the ${earlier.slot} ${projection}, at ${earlier.stage}`);
  const startedAt = performance.now();
  const result = await rebuild(deployment, clients, line, { journal, signal, progress });
  if (!result) return progress.say('interrupted; the same command goes on from here');
  if (result.comparison) process.stdout.write(describeComparison(projection, result.comparison));
  if (!result.switched) {
    throw new Stopped(
      `Readers still use the ${result.live} ${projection}. Run it again with --accept where the difference is as it should be.`,
    );
  }
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  process.stdout.write(
    `readers use the ${result.live} ${projection} now, after ${seconds} s; --rollback takes that back\n`,
  );
}

function describeComparison(projection: string, { compared, differences, more }: Comparison): string {
  const lines = differences.slice(0, 10).map(({ key, kind }) => `  ${key}: ${kind}\n`);
  const count = `${more ? 'more than ' : ''}${differences.length.toLocaleString('en')}`;
  return `${lines.join('')}compared ${compared.toLocaleString('en')} ${projection}: ${count} differ\n`;
}
