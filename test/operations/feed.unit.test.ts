import { type InvokeCommand, type LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import type { KinesisStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { kinesisConsumer } from '../../lambda/runtime/kinesis-consumer.ts';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import { feed } from '../../operations/feed.ts';
import { orderPlaced, sequenceNumber } from '../support/events.ts';

jest.spyOn(console, 'info').mockImplementation(() => {});
jest.spyOn(console, 'error').mockImplementation(() => {});

const recordOf = (vendorid: string, place: number, data?: string): ArchivedRecord => ({
  partitionKey: `a1/${vendorid}`,
  sequenceNumber: sequenceNumber(place),
  shardId: 'shardId-000000000003',
  arrivedAt: 1_795_000_000_123,
  data: Buffer.from(data ?? JSON.stringify(orderPlaced(`e${place}`, { vendorid }))).toString('base64'),
});
const manyRecords = (keys: number, each: number): ArchivedRecord[] =>
  Array.from({ length: keys * each }, (_, n) => recordOf(`v${Math.floor(n / each)}`, n));

/** A function of ours behind Invoke: what it applied, in order, and what it was sent. */
const aFunction = (apply: (id: string, position: string) => void | Promise<void> = () => {}) => {
  const applied: string[] = [];
  const events: KinesisStreamEvent[] = [];
  const handler = kinesisConsumer([OrderPlaced], async (event, position) => {
    await apply(event.id, position);
    applied.push(event.id);
  });
  const faults: Error[] = [];
  const send = async ({ input }: InvokeCommand) => {
    const fault = faults.shift();
    if (fault) throw fault;
    const event = JSON.parse(String(input.Payload)) as KinesisStreamEvent;
    events.push(event);
    try {
      return { Payload: Buffer.from(JSON.stringify(await handler(event))) };
    } catch (error) {
      const { name: errorType, message: errorMessage } = error as Error;
      return { FunctionError: 'Unhandled', Payload: Buffer.from(JSON.stringify({ errorType, errorMessage })) };
    }
  };
  const target = {
    lambda: { send } as unknown as LambdaClient,
    functionName: 'project',
    eventSourceArn: 'arn:aws:kinesis:eu-west-1:000000000000:stream/s',
  };
  return { applied, events, faults, target };
};
const { signal } = new AbortController();

describe('feeding', () => {
  it.each(['', null, '12345'])(
    'takes a batch for failed of which the function reports %j, as a mapping does',
    async (id) => {
      const send = async () => ({
        Payload: Buffer.from(JSON.stringify({ batchItemFailures: [{ itemIdentifier: id }] })),
      });
      const target = { ...aFunction().target, lambda: { send } as unknown as LambdaClient };
      const skipped: string[] = [];
      const onFailing = ({ sequenceNumber }: ArchivedRecord) => void skipped.push(sequenceNumber);
      const records = [recordOf('v1', 7), recordOf('v1', 8)];
      await feed(records, target, { signal, backoffMs: 1, onFailing });
      expect(skipped).toEqual(records.map(({ sequenceNumber }) => sequenceNumber));
    },
  );

  it('hands each record over as the stream did, at its original position', async () => {
    const { events, target } = aFunction();
    await feed([recordOf('v1', 7)], target, { signal, backoffMs: 1 });
    expect(events).toEqual([
      {
        Records: [
          {
            kinesis: {
              kinesisSchemaVersion: '1.0',
              partitionKey: 'a1/v1',
              sequenceNumber: sequenceNumber(7),
              data: recordOf('v1', 7).data,
              approximateArrivalTimestamp: 1_795_000_000.123,
            },
            eventSource: 'aws:kinesis',
            eventVersion: '1.0',
            eventID: `shardId-000000000003:${sequenceNumber(7)}`,
            eventName: 'aws:kinesis:record',
            invokeIdentityArn: '',
            awsRegion: 'eu-west-1',
            eventSourceARN: target.eventSourceArn,
          },
        ],
      },
    ]);
  });

  it(
    'keeps the order of each key, whatever its number of records and whatever fails for a while',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 12 }),
          fc.integer({ min: 1, max: 60 }),
          fc.uniqueArray(fc.nat({ max: 700 }), { maxLength: 3 }),
          async (keys, each, failOnce) => {
            const failing = new Set(failOnce.map((place) => `e${place}`));
            const { applied, target } = aFunction((id) => {
              if (failing.delete(id)) throw new Error('for a while');
            });
            expect(await feed(manyRecords(keys, each), target, { signal, backoffMs: 1 })).toBe(keys * each);
            for (let key = 0; key < keys; key++) {
              const own = applied.map((id) => Number(id.slice(1))).filter((place) => Math.floor(place / each) === key);
              // One that was done before its neighbour failed is done again, and never after a later one.
              const firsts = own.filter((place, at) => own.indexOf(place) === at);
              expect(firsts).toEqual(Array.from({ length: each }, (_, n) => key * each + n));
            }
          },
        ),
        { numRuns: 12 },
      ),
    20_000,
  );

  it('sends at most 100 records, and 6 MB, at a time', async () => {
    const { events, target } = aFunction();
    const city = 'x'.repeat(300_000);
    const records = manyRecords(1, 250);
    for (let n = 1_000; n < 1_040; n++)
      records.push(recordOf('big', n, JSON.stringify(orderPlaced(`e${n}`, { vendorid: 'big', city }))));
    await feed(records, target, { signal, backoffMs: 1 });
    for (const event of events) {
      expect(event.Records.length).toBeLessThanOrEqual(100);
      expect(JSON.stringify(event).length).toBeLessThan(6_291_456);
    }
    expect(Math.max(...events.map(({ Records }) => Records.length))).toBe(100);
  });

  it('stops at a record that the function can’t handle, and says which and why', async () => {
    const { applied, target } = aFunction();
    const records = [
      recordOf('v1', 1),
      recordOf('v1', 2, '{"type":"OrderPlaced","subject":"a1/v1"}'),
      recordOf('v1', 3),
    ];
    await expect(feed(records, target, { signal, backoffMs: 1 })).rejects.toThrow(
      new RegExp(`^The function can't handle OrderPlaced of a1/v1 at ${sequenceNumber(2)}: .+`),
    );
    expect(applied).toEqual(['e1']);
  });

  it('goes past it where told to, and loses nothing else', async () => {
    const { applied, target } = aFunction();
    const records = manyRecords(5, 40);
    records[33] = recordOf('v0', 33, 'garbage');
    const skipped: string[] = [];
    const onFailing = ({ sequenceNumber }: ArchivedRecord) => void skipped.push(sequenceNumber);
    expect(await feed(records, target, { signal, backoffMs: 1, onFailing })).toBe(200);
    expect(skipped).toEqual([sequenceNumber(33)]);
    expect(new Set(applied).size).toBe(199);
  });

  it('tells how many from the first on are done, so that the next run can leave them out', async () => {
    const told: number[] = [];
    const { applied, target } = aFunction();
    const records = manyRecords(50, 20);
    const missing = (done: number) => records.slice(0, done).filter((_, n) => !applied.includes(`e${n}`));
    await feed(records, target, {
      signal,
      onDone: (done) => {
        if (told.at(-1) !== done) expect(missing(done)).toEqual([]);
        told.push(done);
      },
    });
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.at(-1)).toBe(1_000);
  });

  it('finishes what is under way when it is interrupted, and begins nothing more', async () => {
    const interrupted = new AbortController();
    const { applied, target } = aFunction(() => interrupted.abort());
    const done = await feed(manyRecords(100, 30), target, { signal: interrupted.signal });
    expect(done).toBeLessThan(3_000);
    expect(applied.length % 100).toBe(0);
    expect(applied.length).toBeGreaterThan(0);
  });

  it('waits while the function’s concurrency is taken', async () => {
    const { applied, faults, target } = aFunction();
    faults.push(new TooManyRequestsException({ message: 'Rate Exceeded.', $metadata: {} }));
    await feed([recordOf('v1', 1)], target, { signal, backoffMs: 1 });
    expect(applied).toEqual(['e1']);
  });

  it('ends with what else Lambda answers', async () => {
    const { faults, target } = aFunction();
    faults.push(new Error('AccessDenied'));
    await expect(feed([recordOf('v1', 1)], target, { signal, backoffMs: 1 })).rejects.toThrow('AccessDenied');
  });
});
