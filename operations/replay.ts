import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Slot, SlottedProjection } from '../lambda/stores/slot.ts';
import { alone } from './alone.ts';
import { type Clients, openClients } from './clients.ts';
import { runCommand, Stopped } from './command.ts';
import { type Deployment, outputOf, readDeployment } from './deployment.ts';
import { collect, sortedFile } from './events/collect.ts';
import { identityOf } from './identity.ts';
import { Journal } from './journal.ts';
import { readLive } from './live.ts';
import { openProgress } from './progress.ts';
import { type CommandLine, readCommandLine, replayName } from './replay/command-line.ts';
import { describeListing, list } from './replay/list.ts';
import { type ReplayState, replay } from './replay/replay.ts';

/**
 * Within this time what an interrupted replay has fed is taken to be there still, and what came since to be followed.
 */
const resumableMs = 60 * 60_000;

await runCommand(async (args, signal) => {
  const line = readCommandLine(args);
  if (!line) return;
  const deployment = readDeployment();
  const clients = openClients(deployment);
  try {
    if (line.projection === undefined) await showList(deployment, clients, line, signal);
    else await feedProjection(deployment, clients, { ...line, projection: line.projection }, signal);
  } finally {
    clients.destroy();
  }
});

async function showList(deployment: Deployment, clients: Clients, line: CommandLine, signal: AbortSignal) {
  const folder = mkdtempSync(join(tmpdir(), 'replay-list-'));
  try {
    const selection = { toMs: Date.now(), ...line.selection };
    const progress = openProgress();
    const total = await collect(deployment, clients, { source: line.source, selection, folder, signal, progress });
    if (total !== undefined) process.stdout.write(`${describeListing(list(sortedFile(folder)))}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type FeedingLine = CommandLine & { readonly projection: SlottedProjection };

async function feedProjection(deployment: Deployment, clients: Clients, line: FeedingLine, signal: AbortSignal) {
  const liveTable = outputOf(deployment, 'LiveTableName');
  const slot = line.slot ?? (await readLive(clients.dynamodb, liveTable, line.projection));
  const folder = join('.local', 'replays', replayName(line, slot, await identityOf(deployment, clients)));
  await alone(folder, () => feedSlot(deployment, clients, { ...line, slot }, { folder, signal }));
}

async function feedSlot(
  deployment: Deployment,
  clients: Clients,
  line: FeedingLine & { readonly slot: Slot },
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
) {
  const { projection, slot, skipFailing } = line;
  const isTooOld = new Journal(folder).ageMs > resumableMs;
  if (line.restart || isTooOld) new Journal(folder).remove();
  const journal = new Journal<ReplayState>(folder);
  const progress = openProgress();
  if (isTooOld) progress.say('this replay was interrupted more than an hour ago: it begins anew');
  const earlier = journal.read();
  if (earlier) {
    const until = new Date(earlier.toMs).toISOString();
    progress.say(`going on with the replay of what arrived before ${until}, at ${earlier.done} of ${earlier.total}`);
  }
  const startedAt = performance.now();
  const result = await replay(deployment, clients, line, { journal, signal, progress, skipFailing });
  if (!result || result.done < result.total) {
    if (signal.aborted) progress.say('interrupted; the same command goes on from here');
    return;
  }
  journal.remove();
  const seconds = (performance.now() - startedAt) / 1_000;
  const now = result.done - result.before;
  process.stdout.write(
    `fed ${now.toLocaleString('en')} events to the ${projection} (${slot}) in ${seconds.toFixed(1)} s, ` +
      `${Math.round(now / seconds).toLocaleString('en')}/s\n`,
  );
  if (result.failing > 0) throw new Stopped(`${result.failing} of them failed and were skipped`);
}
