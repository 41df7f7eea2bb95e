import { setTimeout as sleep } from 'node:timers/promises';
import { liveForMs } from '../../lambda/stores/live-slots.ts';
import type { Slot, SlottedProjection } from '../../lambda/stores/slot.ts';
import type { Clients } from '../clients.ts';
import { Stopped } from '../command.ts';
import { type Deployment, outputOf } from '../deployment.ts';
import type { Journal } from '../journal.ts';
import { otherSlot, readBefore, readLive, switchLive } from '../live.ts';
import type { Progress } from '../progress.ts';
import { mappingState } from './mapping.ts';
import { emptySlot } from './rebuild.ts';

/**
 * Switches readers back to the slot that they used before, which has followed the stream since; answers which that is.
 *
 * @throws Stopped where there is none, or where it doesn't follow.
 */
export async function rollBack(deployment: Deployment, clients: Clients, projection: SlottedProjection): Promise<Slot> {
  const liveTable = outputOf(deployment, 'LiveTableName');
  const live = await readLive(clients.dynamodb, liveTable, projection);
  const old = otherSlot(live);
  if ((await readBefore(clients.dynamodb, liveTable, projection)) !== old)
    throw new Stopped(`Nothing to go back to: the ${old} ${projection} were not read before, or were emptied since.`);
  const state = await mappingState(clients.lambda, deployment.slots[projection][old].mapping);
  if (state !== 'Enabled')
    throw new Stopped(`The ${old} ${projection} don't follow the stream (${state}): rebuild them instead.`);
  await switchLive(clients.dynamodb, liveTable, projection, { from: live, to: old });
  return old;
}

/**
 * Stops the slot that nobody reads and takes everything out of it, whatever a rebuild had done; answers which that is.
 */
export async function emptyOld(
  deployment: Deployment,
  clients: Clients,
  projection: SlottedProjection,
  {
    journal,
    ...options
  }: { readonly journal: Journal<unknown>; readonly signal: AbortSignal; readonly progress: Progress },
): Promise<Slot> {
  const old = otherSlot(await readLive(clients.dynamodb, outputOf(deployment, 'LiveTableName'), projection));
  journal.remove(); // what it says was done to this slot isn't so any more
  await sleep(2 * liveForMs); // until nobody reads it any more, if readers were switched just now
  await emptySlot(deployment, clients, projection, old, options);
  return old;
}
