import { DescribeStreamSummaryCommand } from '@aws-sdk/client-kinesis';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import type { Slot, SlottedProjection } from '../../lambda/stores/slot.ts';
import type { Clients } from '../clients.ts';
import { type Deployment, outputOf } from '../deployment.ts';
import { collect, type Source, sortedFile } from '../events/collect.ts';
import { readSorted } from '../events/record-sort.ts';
import { describeRecord, type Selection } from '../events/selection.ts';
import { feed } from '../feed.ts';
import type { Journal } from '../journal.ts';
import type { Progress } from '../progress.ts';

/** What to feed, and to whom. */
export interface ReplayRequest {
  readonly projection: SlottedProjection;
  readonly slot: Slot;
  readonly source: Source;
  /** Without an end: up to the moment at which the replay begins. */
  readonly selection: Omit<Selection, 'toMs'> & { readonly toMs?: number };
}

/** How far a replay is, once everything is collected. */
export interface ReplayState {
  readonly total: number;
  readonly done: number;
  /** What arrived before this moment is in it. */
  readonly toMs: number;
  /** Skipped, since the function can't handle them. */
  readonly failing: number;
}

export interface ReplayOptions {
  readonly journal: Journal<ReplayState>;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  /** Goes past records that the function can't handle. @default false: stops at the first */
  readonly skipFailing?: boolean;
}

export interface ReplayResult extends ReplayState {
  /** Done by an earlier run. */
  readonly before: number;
}

/**
 * Feeds the selected events to one slot of a projection, at their original positions and in the order of each key, by
 * invoking its own function. Safe to repeat; goes on where the journal says that an earlier run was. Resolves as well
 * once the signal is aborted; `done` then is less than `total`, or there is no answer where nothing is collected yet.
 *
 * @throws Stopped at a record that the function can't handle, unless told to skip those.
 */
export async function replay(
  deployment: Deployment,
  clients: Clients,
  request: ReplayRequest,
  { journal, signal, progress, skipFailing = false }: ReplayOptions,
): Promise<ReplayResult | undefined> {
  const state = journal.read() ?? (await begin(deployment, clients, request, { journal, signal, progress }));
  if (!state) return undefined;
  const { total, done: before, toMs } = state;
  let { done, failing } = state;
  const target = {
    lambda: clients.projections,
    functionName: deployment.slots[request.projection][request.slot].function,
    eventSourceArn: await streamArn(deployment, clients),
  };

  const skip = (record: ArchivedRecord, error: string): void => {
    failing++;
    const { type, subject } = describeRecord(record);
    progress.say(
      `skipped ${type || 'no event'} of ${subject || record.partitionKey} at ${record.sequenceNumber}: ${error}`,
    );
  };
  progress.begin(`feeding the ${request.projection} (${request.slot})`, total);
  progress.at(before);
  try {
    await feed(from(readSorted(sortedFile(journal.folder)), before), target, {
      signal,
      onDone: (fed) => {
        done = before + fed;
        progress.at(done);
        journal.writeSometimes({ total, toMs, done, failing });
      },
      ...(skipFailing && { onFailing: skip }),
    });
  } finally {
    journal.write({ total, toMs, done, failing });
    progress.end();
  }
  return { total, toMs, before, done, failing };
}

const begin = async (
  deployment: Deployment,
  clients: Clients,
  { source, selection }: ReplayRequest,
  { journal, signal, progress }: ReplayOptions,
): Promise<ReplayState | undefined> => {
  const { toMs = Date.now() } = selection;
  const total = await collect(deployment, clients, {
    source,
    selection: { ...selection, toMs },
    folder: journal.folder,
    signal,
    progress,
  });
  if (total === undefined) return undefined;
  const state = { total, toMs, done: 0, failing: 0 };
  journal.write(state);
  return state;
};

const streamArn = async (deployment: Deployment, { kinesis }: Clients): Promise<string> => {
  const StreamName = outputOf(deployment, 'StreamName');
  const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
  return StreamDescriptionSummary?.StreamARN ?? '';
};

function* from<Value>(values: Iterable<Value>, first: number): Generator<Value, void, undefined> {
  let place = 0;
  for (const value of values) if (place++ >= first) yield value;
}
