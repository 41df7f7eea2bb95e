import { setTimeout as sleep } from 'node:timers/promises';
import type { EventStream, OutgoingRecord, PutFailure, PutOutcome } from './event-stream.ts';

/** What became of one record of a post. */
export type AppendOutcome = PutOutcome | { readonly failure: 'predecessor-failed'; readonly error?: undefined };
export type AppendFailure = PutFailure | 'predecessor-failed';

const putAllAttempts = 4;
const maxConcurrentKeys = 32;

/**
 * Puts the records of one post on the stream, those of one partition key in the order of the post: the first of each key
 * together, each further one once its predecessor lies there, keys side by side. One whose predecessor was not accepted
 * is not sent. (PutRecords keeps no order, and PutRecord only with SequenceNumberForOrdering:
 * https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html)
 */
export async function appendInOrder(
  stream: EventStream,
  records: readonly OutgoingRecord[],
  backoffMs = 50,
): Promise<AppendOutcome[]> {
  const [only] = records;
  if (only && records.length === 1) return [await stream.put(only)];

  const outcomes = new Array<AppendOutcome>(records.length);
  const keys = [...placesByKey(records).values()];
  const firsts = keys.map(([first]) => records[first as number] as OutgoingRecord);
  const firstOutcomes = await putAllWithRetries(stream, firsts, backoffMs);
  const chains = keys.entries();
  const follow = async () => {
    for (const [place, chain] of chains) {
      let predecessor: AppendOutcome = firstOutcomes[place] as PutOutcome;
      outcomes[chain[0] as number] = predecessor;
      for (const next of chain.slice(1)) {
        predecessor =
          'failure' in predecessor
            ? { failure: 'predecessor-failed' }
            : await stream.put(records[next] as OutgoingRecord, predecessor.sequenceNumber);
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
  backoffMs: number,
): Promise<PutOutcome[]> {
  const outcomes = await stream.putAll(records);
  for (let attempt = 1; attempt < putAllAttempts; attempt++) {
    const refused = [...outcomes.keys()].filter((place) => wasRefused(outcomes[place] as PutOutcome));
    if (refused.length === 0) break;
    await sleep(backoffMs * 2 ** (attempt - 1));
    const again = await stream.putAll(refused.map((place) => records[place] as OutgoingRecord));
    refused.forEach((place, n) => {
      outcomes[place] = again[n] as PutOutcome;
    });
  }
  return outcomes;
}

// What timed out was tried often enough by the SDK, and may lie there.
const wasRefused = (outcome: PutOutcome) => 'failure' in outcome && outcome.failure !== 'timed-out';
