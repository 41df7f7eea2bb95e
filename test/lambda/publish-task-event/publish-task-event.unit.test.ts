import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { DynamoDBRecord } from 'aws-lambda';
import fc from 'fast-check';
import { eventReader } from '../../../domain/event.ts';
import { type TaskEvent, taskEvents } from '../../../domain/task/task-events.ts';
import { publishTaskEvent } from '../../../lambda/publish-task-event/publish-task-event.ts';
import { toAttribute } from '../../../lambda/stores/attribute-value.ts';
import { InMemoryStream } from '../../support/events.ts';
import { create, history, update } from '../../support/tasks.ts';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});

/** A change of the log, as Lambda hands it out; sequence numbers of DynamoDB are no longer than these. */
const change = (event: TaskEvent, n: number): DynamoDBRecord =>
  ({
    eventID: `change-${n}`,
    eventName: 'INSERT',
    dynamodb: {
      Keys: { aggregate: { S: event.subject }, version: { N: String(Number(event.sequence)) } },
      NewImage: { aggregate: { S: event.subject }, event: toAttribute(event), region: { S: 'us-east-1' } },
      SequenceNumber: sequenceNumber(n),
    },
  }) as DynamoDBRecord;
const sequenceNumber = (n: number) => `${11_100_000_000_000_000 + n}`;

/** The events of `tasks` tasks in turn, `each` of every task. */
const inTurn = (tasks: number, each: number): TaskEvent[] => {
  const histories = Array.from(
    { length: tasks },
    (_, task) =>
      history([create, ...Array(each - 1).fill(update({ done: true }))], `01KAXA00000000000000000T${task}0`).events,
  );
  return Array.from({ length: tasks * each }, (_, n) => histories[n % tasks]?.[Math.floor(n / tasks)] as TaskEvent);
};

/** Delivers `events` as Lambda does: again from the lowest failure, or halved where the function throws. */
async function deliver(events: readonly TaskEvent[], stream: InMemoryStream, maxInvocations = 200): Promise<number> {
  const publish = publishTaskEvent(stream, 0);
  const batches = [events.map(change)];
  let invocations = 0;
  for (let batch = batches.shift(); batch; batch = batches.shift()) {
    if (batch.length === 0) continue;
    if (++invocations > maxInvocations) throw new Error('Lambda tries no more');
    const records = batch;
    try {
      const { batchItemFailures } = await publish({ Records: records });
      const [failure] = batchItemFailures;
      if (!failure) continue;
      const from = records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failure.itemIdentifier);
      expect(from).toBeGreaterThanOrEqual(0);
      batches.unshift(records.slice(from));
    } catch {
      const middle = records.length >> 1;
      batches.unshift(records.slice(0, middle), records.slice(middle));
    }
  }
  return invocations;
}

/** The order in which each task's events first reached the stream. */
const firstSeen = (stream: InMemoryStream) => {
  const events = stream.events() as unknown as TaskEvent[];
  const unique = [...new Map(events.map((event) => [event.id, event])).values()];
  return Map.groupBy(unique, ({ subject }) => subject);
};
const versions = (events: readonly TaskEvent[]) => events.map(({ sequence }) => Number(sequence));

describe('publish-task-event', () => {
  it('publishes each event as it lies in the log, under the id of its task', async () => {
    const events = inTurn(2, 3);
    const stream = new InMemoryStream();
    expect(await publishTaskEvent(stream, 0)({ Records: events.map(change) })).toEqual({ batchItemFailures: [] });

    const read = eventReader(taskEvents);
    for (const { partitionKey, data } of stream.records) {
      const event = read(JSON.parse(Buffer.from(data).toString()));
      expect(events).toContainEqual(event);
      expect(partitionKey).toBe(event.subject);
    }
    expect(stream.records).toHaveLength(6);
    for (const published of firstSeen(stream).values()) expect(versions(published)).toEqual([1, 2, 3]);
  });

  it('publishes an event again as equal bytes, however DynamoDB orders its fields', async () => {
    const [event] = inTurn(1, 1) as [TaskEvent];
    const turned = Object.fromEntries(Object.entries(event).toReversed()) as unknown as TaskEvent;
    const stream = new InMemoryStream();
    await publishTaskEvent(stream, 0)({ Records: [change(event, 0), change(turned, 0)] });
    expect(Buffer.from(stream.records[1]?.data ?? [])).toEqual(Buffer.from(stream.records[0]?.data ?? []));
  });

  it('loses nothing and keeps the order of each task when records 3 and 7 of a batch fail', async () => {
    const events = inTurn(4, 3);
    const bad = [events[2], events[6]].map((event) => event?.id);
    const stream = new InMemoryStream();
    let refusing = true;
    stream.failWhen = ({ data }) =>
      refusing && bad.includes(JSON.parse(Buffer.from(data).toString()).id) ? 'unavailable' : undefined;

    const response = await publishTaskEvent(stream, 0)({ Records: events.map(change) });

    expect(response).toEqual({ batchItemFailures: [{ itemIdentifier: sequenceNumber(2) }] });
    // Records 3 and 7 are the first and the second event of the third task: nothing of it is
    // there, all of the others is.
    const seen = firstSeen(stream);
    expect([...seen.keys()]).not.toContain(events[2]?.subject);
    expect([...seen.values()].map(versions)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);

    refusing = false;
    await deliver(events.slice(2), stream);
    expect([...firstSeen(stream).values()].map(versions)).toEqual(Array(4).fill([1, 2, 3]));
  });

  it('goes on with other tasks where records of two of them fail', async () => {
    const events = inTurn(5, 2);
    const bad = [events[2], events[6]].map((event) => event?.id); // the first of one task, the second of another
    const stream = new InMemoryStream();
    stream.failWhen = ({ data }) =>
      bad.includes(JSON.parse(Buffer.from(data).toString()).id) ? 'throttled' : undefined;

    const response = await publishTaskEvent(stream, 0)({ Records: events.map(change) });

    expect(response.batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(2) }]);
    const seen = firstSeen(stream);
    const published = events.slice(0, 5).map(({ subject }) => versions(seen.get(subject) ?? []));
    expect(published).toEqual([[1, 2], [1], [], [1, 2], [1, 2]]);
  });

  it('throws where the first of several records fails, so that Lambda halves the batch', async () => {
    const stream = new InMemoryStream();
    stream.failWhen = () => 'unavailable';
    const records = inTurn(1, 2).map(change);
    await expect(publishTaskEvent(stream, 0)({ Records: records })).rejects.toThrow('halve the batch');
    const [first] = records as [DynamoDBRecord];
    const alone = await publishTaskEvent(stream, 0)({ Records: [first] });
    expect(alone.batchItemFailures).toEqual([{ itemIdentifier: sequenceNumber(0) }]);
  });

  it(
    'loses nothing and keeps the order of each task, whatever fails, and whether or not it arrived all the same',
    () =>
      fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 1, max: 4 }),
          fc.integer({ min: 1, max: 4 }),
          fc.infiniteStream(
            fc.constantFrom(undefined, undefined, undefined, 'unavailable' as const, 'timed-out' as const),
          ),
          async (tasks, each, failures) => {
            const events = inTurn(tasks, each);
            const stream = new InMemoryStream();
            stream.failWhen = () => failures.next().value as undefined;
            await deliver(events, stream);
            const seen = firstSeen(stream);
            expect(seen.size).toBe(tasks);
            const inOrder = Array.from({ length: each }, (_, n) => n + 1);
            for (const published of seen.values()) expect(versions(published)).toEqual(inOrder);
          },
        ),
        { numRuns: 50 },
      ),
    15_000,
  );

  it('leaves out nothing of the log: what is no event is published as it is', async () => {
    const stream = new InMemoryStream();
    const Keys = { aggregate: { S: 'by-hand' }, version: { N: '1' } };
    const dynamodb = { Keys, NewImage: { ...Keys, note: { S: 'x' } }, SequenceNumber: '1' };
    await publishTaskEvent(stream, 0)({ Records: [{ dynamodb }] });
    expect(stream.records[0]?.partitionKey).toBe('by-hand');
    expect(JSON.parse(Buffer.from(stream.records[0]?.data ?? []).toString())).toEqual({
      aggregate: 'by-hand',
      note: 'x',
      version: 1,
    });
  });
});
