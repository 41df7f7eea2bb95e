import fc from 'fast-check';
import { type AppendOutcome, appendInOrder } from '../../../lambda/runtime/append-in-order.ts';
import type { OutgoingRecord, PutFailure } from '../../../lambda/runtime/event-stream.ts';
import { InMemoryStream } from '../../support/events.ts';

const record = (partitionKey: string, n: number): OutgoingRecord => ({ partitionKey, data: Buffer.from(String(n)) });
const numberOf = ({ data }: OutgoingRecord) => Number(Buffer.from(data).toString());
const isAccepted = (outcome: AppendOutcome | undefined) => outcome !== undefined && !('failure' in outcome);

describe('appending the records of one post', () => {
  it('loses, doubles and reorders nothing of a key, whichever puts fail', async () => {
    const keys = fc.array(fc.constantFrom('k1', 'k2', 'k3', 'k4', 'k5'), { minLength: 1, maxLength: 40 });
    const failures = fc.infiniteStream(
      fc.oneof(
        { weight: 4, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.constantFrom<PutFailure>('throttled', 'unavailable', 'timed-out') },
      ),
    );
    await fc.assert(
      fc.asyncProperty(keys, failures, async (keys, failures) => {
        const stream = new InMemoryStream();
        stream.failWhen = () => failures.next().value;
        const records = keys.map(record);

        const outcomes = await appendInOrder(stream, records, { backoffMs: 0 });

        expect(outcomes).toHaveLength(records.length);
        for (const key of new Set(keys)) {
          const places = keys.flatMap((each, n) => (each === key ? [n] : []));
          const accepted = places.filter((place) => isAccepted(outcomes[place]));
          const onStream = stream.records.filter(({ partitionKey }) => partitionKey === key).map(numberOf);
          // Only a record whose put timed out may lie there without being accepted, and it is the key's last.
          const timedOut = places.filter((place) => (outcomes[place] as { failure?: string }).failure === 'timed-out');
          expect(onStream).toEqual([...accepted, ...timedOut]);
          expect(accepted).toEqual(places.slice(0, accepted.length));
          places.slice(accepted.length + 1).forEach((place) => {
            expect(outcomes[place]).toEqual({ failure: 'predecessor-failed' });
          });
        }
      }),
    );
  });

  it('puts a single record by itself', async () => {
    const stream = new InMemoryStream();
    await appendInOrder(stream, [record('k', 0)]);
    expect(stream.calls.map(({ length }) => length)).toEqual([1]);
  });

  it('puts the first of each key together and each further one behind its predecessor', async () => {
    const stream = new InMemoryStream();
    await appendInOrder(stream, ['a', 'b', 'a', 'c', 'a'].map(record));
    expect(stream.calls.map((call) => call.map(numberOf))).toEqual([[0, 1, 3], [2], [4]]);
  });

  it('sends again only those of the first records that were refused, and gives up in the end', async () => {
    const stream = new InMemoryStream();
    stream.failWhen = ({ partitionKey }, call) =>
      partitionKey === 'never' || (partitionKey === 'late' && call < 3) ? 'throttled' : undefined;

    const outcomes = await appendInOrder(stream, ['never', 'late', 'once', 'never'].map(record), { backoffMs: 0 });

    expect(stream.calls.map((call) => call.map(numberOf))).toEqual([[0, 1, 2], [0, 1], [0, 1], [0]]);
    expect(outcomes.map(isAccepted)).toEqual([false, true, true, false]);
    expect(outcomes[3]).toEqual({ failure: 'predecessor-failed' });
  });

  it('sends nothing more once its time is over', async () => {
    const stream = new InMemoryStream();
    const deadline = new AbortController();
    stream.failWhen = ({ partitionKey }, call) => {
      if (call === 2) deadline.abort();
      return partitionKey === 'busy' ? 'throttled' : undefined;
    };

    const keys = ['a', 'a', 'a', 'busy', 'busy', 'b', 'b'];
    const outcomes = await appendInOrder(stream, keys.map(record), { deadline: deadline.signal, backoffMs: 0 });

    expect(stream.calls.map((call) => call.map(numberOf))).toEqual([[0, 3, 5], [3]]);
    expect(outcomes.map((outcome) => ('failure' in outcome ? outcome.failure : 'accepted'))).toEqual([
      'accepted',
      'out-of-time',
      'predecessor-failed',
      'throttled',
      'predecessor-failed',
      'accepted',
      'out-of-time',
    ]);
  });

  it('fails as a whole where the stream refuses for good', async () => {
    const stream = new InMemoryStream();
    stream.failWhen = () => {
      throw new Error('no such stream');
    };
    await expect(appendInOrder(stream, [record('k', 0), record('l', 1)])).rejects.toThrow('no such stream');
  });
});
