import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LambdaClient } from '@aws-sdk/client-lambda';
import { domainEvents } from '../../domain/domain-event.ts';
import { type EventOf, type EventType, eventReader } from '../../domain/event.ts';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import { projectedTypes, type Slot, type SlottedProjection } from '../../lambda/stores/slot.ts';
import type { Clients } from '../clients.ts';
import { Stopped } from '../command.ts';
import { type Deployment, outputOf } from '../deployment.ts';
import type { Source } from '../events/collect.ts';
import { readStream } from '../events/stream-source.ts';
import { Journal } from '../journal.ts';
import { forgetBefore, otherSlot, readLive, switchLive } from '../live.ts';
import type { Progress } from '../progress.ts';
import { type ReplayState, replay } from '../replay/replay.ts';
import { type Comparison, compareSlots } from './compare.ts';
import { InvoiceStore } from './invoice-store.ts';
import { mappingState, turnMapping } from './mapping.ts';
import { OrderStore } from './order-store.ts';
import type { SlotStore } from './slot-store.ts';

/** How far a rebuild is. */
export interface RebuildState {
  /** The slot that is made anew. */
  readonly slot: Slot;
  readonly stage: 'emptying' | 'replaying' | 'following';
  /** Tells this rebuild from all other work on the slot. */
  readonly work: string;
  /** Of the replays, from 1; each takes up what arrived during the one before. */
  readonly pass: number;
  /** Where this pass begins; nothing: with the oldest event. */
  readonly fromMs?: number;
  /** What arrived before this moment has been replayed. */
  readonly replayedToMs?: number;
}

export interface RebuildRequest {
  readonly projection: SlottedProjection;
  readonly source: Source;
  /** Switches whatever the comparison says. */
  readonly accept: boolean;
  readonly skipFailing: boolean;
}

export interface RebuildOptions {
  readonly journal: Journal<RebuildState>;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly patienceMs?: number;
}

export interface RebuildResult {
  /** The slot that readers use now. */
  readonly live: Slot;
  /** Of both slots; none where an earlier run had switched. */
  readonly comparison?: Comparison;
  readonly switched: boolean;
}

/** A mapping that is enabled within this time of a replay's end finds all that the replay left on the stream. */
const freshMs = 10 * 60_000;
const overlapMs = 60 * 60_000;
/** A day's backlog of a busy shard takes its function this long, and then some. */
const catchUpMs = 3 * 60 * 60_000;

/**
 * Makes the idle slot of a projection anew beside the one that is read: empties it, replays every event into it, lets
 * it follow the stream, compares both, and switches readers over if they are the same. Goes on where the journal says
 * that an earlier run was. Undefined once the signal is aborted.
 *
 * The mapping is enabled behind the replay, not before it: an order that was sent again under its key is told from a
 * new one by the events that its item has met, so each key's events have to come in their order. Nothing falls between
 * the two, since the mapping goes on from where it was disabled, before the replay began.
 */
export async function rebuild(
  deployment: Deployment,
  clients: Clients,
  request: RebuildRequest,
  { journal, signal, progress, patienceMs }: RebuildOptions,
): Promise<RebuildResult | undefined> {
  const { projection, accept } = request;
  const live = await readLive(clients.dynamodb, outputOf(deployment, 'LiveTableName'), projection);
  let state = journal.read() ?? { slot: otherSlot(live), stage: 'emptying', work: randomUUID(), pass: 1 };
  if (state.slot === live && state.stage === 'following') {
    journal.remove();
    return { live, switched: true };
  }
  if (state.slot === live)
    throw new Stopped(`Readers use ${live} by now, which this rebuild was to make anew. --restart begins another one.`);
  const { store: _, mapping } = deployment.slots[projection][state.slot];
  const stores = storesOf(deployment, clients, projection);
  const advance = (next: RebuildState): void => {
    state = next;
    journal.write(next);
  };

  if (state.stage === 'emptying') {
    journal.write(state);
    await emptySlot(deployment, clients, projection, state.slot, { signal, progress, work: state.work });
    if (signal.aborted) return undefined;
    advance({ ...state, stage: 'replaying' });
  }
  if (state.stage === 'following' && !isFresh(state.replayedToMs) && !(await isEnabled(clients.lambda, mapping)))
    advance(againFrom(state, state.replayedToMs)); // what the mapping goes on from may be forgotten by the stream
  while (state.stage === 'replaying') {
    const own = new Journal<ReplayState>(join(journal.folder, `pass-${state.pass}`));
    const selection = {
      types: projectedTypes[projection],
      ...(state.fromMs !== undefined && { fromMs: state.fromMs }),
    };
    const done = await replay(
      deployment,
      clients,
      { ...request, slot: state.slot, selection },
      {
        journal: own,
        signal,
        progress,
        skipFailing: request.skipFailing,
      },
    );
    if (!done || done.done < done.total) return undefined;
    own.remove();
    const replayed: RebuildState = { ...state, replayedToMs: done.toMs, pass: state.pass + 1, stage: 'following' };
    advance(isFresh(done.toMs) ? replayed : againFrom(replayed, done.toMs));
  }

  const [old, next] = [stores[live], stores[state.slot]];
  await turnMapping(clients.lambda, mapping, true);
  await catchUp(deployment, clients, projection, {
    sinceMs: state.replayedToMs ?? 0,
    store: next,
    signal,
    progress,
  });
  if (signal.aborted) return undefined;
  const comparison = await compareSlots(old, next, {
    signal,
    progress,
    ...(patienceMs !== undefined && { patienceMs }),
  });
  if (signal.aborted) return undefined;
  if (comparison.differences.length > 0 && !accept) return { live, comparison, switched: false };
  const { slot: to, work } = state;
  await switchLive(clients.dynamodb, outputOf(deployment, 'LiveTableName'), projection, { from: live, to, work });
  journal.remove();
  return { live: state.slot, comparison, switched: true };
}

const isFresh = (replayedToMs = 0): boolean => Date.now() - replayedToMs < freshMs;

const againFrom = (state: RebuildState, replayedToMs = 0): RebuildState => ({
  ...state,
  stage: 'replaying',
  fromMs: replayedToMs - overlapMs,
});

const isEnabled = async (lambda: LambdaClient, mapping: string): Promise<boolean> =>
  (await mappingState(lambda, mapping)).startsWith('Enabl');

export interface EmptyingOptions {
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Whose the slot is from then on; @default nobody's */
  readonly work?: string;
}

/** Disables the mapping of a slot that nobody reads and takes everything out of its store. @throws Stopped where it is read */
export async function emptySlot(
  deployment: Deployment,
  clients: Clients,
  projection: SlottedProjection,
  slot: Slot,
  { signal, progress, work = randomUUID() }: EmptyingOptions,
): Promise<void> {
  const liveTable = outputOf(deployment, 'LiveTableName');
  await forgetBefore(clients.dynamodb, liveTable, projection, { live: otherSlot(slot), work });
  await turnMapping(clients.lambda, deployment.slots[projection][slot].mapping, false);
  progress.begin(`emptying the ${slot} ${projection}`);
  await storesOf(deployment, clients, projection)[slot].empty(signal, (removed) => progress.at(removed));
  progress.end();
}

/**
 * Waits until the slot has met the newest event that each shard holds by now: its mapping hands out a shard in its
 * order, so whatever came before has been met by then.
 */
async function catchUp(
  deployment: Deployment,
  { kinesis }: Clients,
  projection: SlottedProjection,
  options: {
    readonly sinceMs: number;
    readonly store: SlotStore;
    readonly signal: AbortSignal;
    readonly progress: Progress;
  },
): Promise<void> {
  const { sinceMs, store, signal, progress } = options;
  const types: readonly string[] = projectedTypes[projection];
  const newest = new Map<string, { readonly record: ArchivedRecord; readonly event: EventOf }>();
  const take = (record: ArchivedRecord): void => {
    const event = readable(record);
    if (event && types.includes(event.type)) newest.set(record.shardId, { record, event });
  };
  progress.begin('catching up with the stream');
  const toMs = Date.now();
  await readStream(kinesis, outputOf(deployment, 'StreamName'), { beginning: () => sinceMs, toMs, signal }, take);
  for (const { record, event } of newest.values()) {
    const deadline = Date.now() + catchUpMs;
    while (!signal.aborted && !(await store.hasMet(record, event))) {
      if (Date.now() > deadline)
        throw new Stopped(
          `The new slot has not met ${event.subject} at ${record.sequenceNumber} for long; see its alarms.`,
        );
      await sleep(200);
    }
  }
  progress.end();
}

const readEvent = eventReader<EventType>(domainEvents);

/** What no function can make sense of has no effect that could be waited for. */
const readable = ({ data }: ArchivedRecord): EventOf | undefined => {
  try {
    return readEvent(JSON.parse(Buffer.from(data, 'base64').toString()));
  } catch {
    return undefined;
  }
};

const storesOf = ({ slots }: Deployment, { dynamodb, s3 }: Clients, projection: SlottedProjection) => {
  const { blue, green } = slots[projection];
  const open: (name: string) => SlotStore =
    projection === 'orders' ? (name) => new OrderStore(dynamodb, name) : (name) => new InvoiceStore(s3, name);
  return { blue: open(blue.store), green: open(green.store) };
};
