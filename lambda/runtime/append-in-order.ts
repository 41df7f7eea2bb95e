import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStream, OutgoingRecord, PutFailure, PutOutcome } from './event-stream.ts';

/** Why a record was never sent. */
type NotSent = 'predecessor-failed' | 'out-of-time';

/** What became of one record of a post. */
export type AppendOutcome = PutOutcome | { readonly failure: NotSent; readonly error?: undefined };
export type AppendFailure = PutFailure | NotSent;

export interface AppendOptions {
  /**
   * Once it is aborted nothing more is sent, and what has no answer by then timed out.
   * @default - all the time it takes
   */
  readonly deadline?: AbortSignal | undefined;
  /** @default 50 ms before the first further try of what was refused, then twice as long each time */
  readonly backoffMs?: number | undefined;
}

const putAllAttempts = 4;
const maxConcurrentKeys = 32;

/**
 * Puts the records of one post on the stream, those of one partition key in the order of the post: the first of each
 * key together, each further one once its predecessor lies there, keys side by side. One whose predecessor was not
 * accepted is not sent, nor is what was not begun by the deadline. (PutRecords keeps no order, and PutRecord only with
 * SequenceNumberForOrdering: https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html)
 */
export async function appendInOrder(
  stream: EventStream,
  records: readonly OutgoingRecord[],
  options: AppendOptions = {},
): Promise<AppendOutcome[]> {
  const { deadline } = options;
  const [only] = records;
  if (only && records.length === 1) return [await stream.put(only, undefined, deadline)];

  const outcomes = new Array<AppendOutcome>(records.length);
  const keys = [...placesByKey(records).values()];
  const firsts = keys.map(([first]) => records[first as number] as OutgoingRecord);
  const firstOutcomes = await putAllWithRetries(stream, firsts, options);
  const chains = keys.entries();
  const follow = async () => {
    for (const [place, chain] of chains) {
      let predecessor: AppendOutcome = firstOutcomes[place] as PutOutcome;
      outcomes[chain[0] as number] = predecessor;
      for (const next of chain.slice(1)) {
        if ('failure' in predecessor) predecessor = { failure: 'predecessor-failed' };
        else if (deadline?.aborted) predecessor = { failure: 'out-of-time' };
        else predecessor = await stream.put(records[next] as OutgoingRecord, predecessor.sequenceNumber, deadline);
        outcomes[next] = predecessor;
      }
    }
  };
  await Promise.all(Array.from({ length: maxConcurrentKeys }, follow));
  return outcomes;
}

function placesByKey(records: readonly OutgoingRecord[]): Map<string, number[]> {
  const places = new Map<string, number[]>();
  records.forEach(({ partitionKey }, place) => {
    const chain = places.get(partitionKey);
    if (chain) chain.push(place);
    else places.set(partitionKey, [place]);
  });
  return places;
}

/** The SDK tries a call again, but not the entries that a successful call refused. */
async function putAllWithRetries(
  stream: EventStream,
  records: readonly OutgoingRecord[],
  { deadline, backoffMs = 50 }: AppendOptions,
): Promise<PutOutcome[]> {
  const outcomes = await stream.putAll(records, deadline);
  for (let attempt = 1; attempt < putAllAttempts; attempt++) {
    const refused = [...outcomes.keys()].filter((place) => wasRefused(outcomes[place] as PutOutcome));
    if (refused.length === 0) break;
    await sleep(backoffMs * 2 ** (attempt - 1));
    if (deadline?.aborted) break;
    const again = await stream.putAll(
      refused.map((place) => records[place] as OutgoingRecord),
      deadline,
    );
    refused.forEach((place, n) => {
      outcomes[place] = again[n] as PutOutcome;
    });
  }
  return outcomes;
}

// What timed out was tried often enough by the SDK, and may lie there.
const wasRefused = (outcome: PutOutcome) => 'failure' in outcome && outcome.failure !== 'timed-out';
