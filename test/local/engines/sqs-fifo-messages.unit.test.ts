import { join } from 'node:path';
import { jest } from '@jest/globals';
import fc from 'fast-check';
import { Sequence } from '../../../local/engines/s3-and-sqs/sequence.ts';
import { openSqsStores } from '../../../local/engines/s3-and-sqs/sqs/stores.ts';
import { Storage } from '../../../local/storage/storage.ts';
import { scratchFolder } from './scratch.ts';

const opened: Storage[] = [];
afterAll(() => {
  for (const storage of opened) storage.close();
});

const aQueue = (attributes: Record<string, string> = {}) => {
  const storage = new Storage({ path: join(scratchFolder(), 'store.sqlite') });
  opened.push(storage);
  const { queues, fifoMessages } = openSqsStores(storage, new Sequence(storage));
  const create = (name: string, more: Record<string, string> = {}) =>
    queues.create(`${name}.fifo`, { FifoQueue: 'true', ...more }, 0);
  return { storage, queues, messages: fifoMessages, create, queue: create('q', attributes) };
};
const message = (id: string, group: string, sent = 0, deduplicationId = id) => {
  return { id, body: '', md5: '', attributes: {}, sent, due: sent, group, deduplicationId };
};
const keysOf = (storage: Storage, kind: string) => [...storage.keys({ gte: `${kind}~`, lt: `${kind}\u007f` })];

it('a duplicate is one for five minutes, and forgotten then', () => {
  const { storage, messages, queue } = aQueue();
  const minutes = 60_000;
  messages.add(queue, message('1', 'g', 1_000, 'same'));
  expect(messages.add(queue, message('2', 'g', 1_000 + 5 * minutes - 1, 'same')).id).toBe('1');
  expect(messages.add(queue, message('3', 'g', 1_000 + 5 * minutes, 'same')).id).toBe('3');
  messages.add(queue, message('4', 'g', 1_000 + 20 * minutes));
  expect([keysOf(storage, 'known').length, keysOf(storage, 'knownSince').length]).toEqual([1, 1]);
});

it('a group that is in flight is not gone through for another one', () => {
  const { storage, messages, queue } = aQueue();
  for (let count = 0; count < 2_000; count++) messages.add(queue, message(`${count}`, 'blocked', count));
  messages.take(queue, 1, 30, 5_000);
  for (const id of ['a', 'b']) messages.add(queue, message(id, 'free', 6_000));
  const read = { get: 0, entries: 0 };
  const [get, entries] = [storage.get.bind(storage), storage.entries.bind(storage)];
  jest.spyOn(storage, 'get').mockImplementation((key) => {
    read.get++;
    return get(key);
  });
  jest.spyOn(storage, 'entries').mockImplementation(function* (range) {
    for (const entry of entries(range)) {
      read.entries++;
      yield entry;
    }
  });
  expect(messages.take(queue, 10, 30, 7_000).map(({ id }) => id)).toEqual(['a', 'b']);
  expect(messages.take(queue, 10, 30, 7_000)).toEqual([]);
  expect(read.get + read.entries).toBeLessThan(20);
});

it('a message goes when its retention ends, and its group goes on', () => {
  const { storage, queues, messages, queue } = aQueue({ MessageRetentionPeriod: '60' });
  for (const sent of [1_000, 2_000, 50_000]) messages.add(queue, message(`${sent}`, 'g', sent));
  expect(messages.take(queue, 1, 600, 3_000).map(({ id }) => id)).toEqual(['1000']);
  expect(messages.count(queue, 61_500)).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
  expect(messages.take(queue, 10, 30, 100_000).map(({ id }) => id)).toEqual(['50000']);
  expect(keysOf(storage, 'message')).toHaveLength(1);
  messages.purge(queue);
  queues.remove(queue);
  expect([...storage.keys({ gte: '', lt: '~' })]).toEqual(['sequence']);
});

it('a message is as old as its move to the dead-letter queue', () => {
  const { messages, create, queue: dead } = aQueue({ MessageRetentionPeriod: '60' });
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: 'arn:aws:sqs:::q.fifo', maxReceiveCount: 1 });
  const source = create('source', { RedrivePolicy });
  for (const id of ['1', '2', '3']) messages.add(source, message(id, 'g', 1_000));
  expect(messages.take(source, 2, 0, 2_000)).toHaveLength(2);
  expect(messages.take(source, 10, 30, 50_000).map(({ id }) => id)).toEqual(['3']);
  expect(messages.take(dead, 10, 0, 109_000).map(({ id }) => id)).toEqual(['1', '2']);
  expect(messages.count(dead, 111_000).visible).toBe(0);
});

describe('whatever is done with a queue', () => {
  type Step =
    | { readonly kind: 'send'; readonly group: string }
    | { readonly kind: 'take'; readonly most: number; readonly visibility: number }
    | { readonly kind: 'remove' | 'show'; readonly which: number }
    | { readonly kind: 'wait'; readonly seconds: number };
  const which = fc.nat(30);
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('send'), group: fc.constantFrom('a', 'a~', 'b', '~') }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('take'),
        most: fc.integer({ min: 1, max: 10 }),
        visibility: fc.nat(3),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('remove', 'show'), which }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait'), seconds: fc.integer({ min: -1, max: 4 }) }) },
  ) as fc.Arbitrary<Step>;

  it('what can be received is what stands first of its group, or behind such a one, and all of it', () => {
    const { storage, messages, create } = aQueue();
    let run = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 80 }), (steps) => {
        const queue = create(`run-${run++}`);
        const groups = new Map<string, { id: string; due: number }[]>();
        const handles: { handle: string; id: string; group: string; due: number }[] = [];
        let now = 1_000_000;
        const receivable = () =>
          [...groups].map(([group, waiting]) => {
            const blocked = waiting.findIndex(({ due }) => due > now);
            return [group, waiting.slice(0, blocked < 0 ? waiting.length : blocked)] as const;
          });
        for (const [index, step] of steps.entries()) {
          if (step.kind === 'wait') now += step.seconds * 1_000;
          if (step.kind === 'send') {
            const id = `${index}`;
            messages.add(queue, message(id, step.group, now));
            groups.set(step.group, [...(groups.get(step.group) ?? []), { id, due: now }]);
          }
          if (step.kind === 'take') {
            const expected = new Map(receivable());
            const total = [...expected.values()].reduce((sum, { length }) => sum + length, 0);
            const taken = messages.take(queue, step.most, step.visibility, now);
            expect(taken).toHaveLength(Math.min(step.most, total));
            for (const { id, group = '', handle } of taken) {
              const first = expected.get(group)?.shift();
              expect(id).toBe(first?.id);
              if (!first) continue;
              first.due = now + step.visibility * 1_000;
              handles.push({ handle, id, group, due: first.due });
            }
          }
          if (step.kind === 'remove' || step.kind === 'show') {
            const one = handles[step.which];
            const waiting = groups.get(one?.group ?? '');
            const found = waiting?.find(({ id }) => id === one?.id);
            const isLast = handles.findLast(({ id }) => id === one?.id) === one;
            if (!one || !waiting || !found || !isLast || found.due <= now) continue;
            if (step.kind === 'remove') {
              messages.remove(queue, one.handle, now);
              groups.set(
                one.group,
                waiting.filter((other) => other !== found),
              );
            } else {
              expect(messages.changeVisibility(queue, one.handle, 0, now)).toBe(true);
              found.due = now;
            }
          }
          const heads = [...groups.values()].filter(({ length }) => length > 0).map(([first]) => first?.due ?? 0);
          expect(messages.nextDue(queue)).toBe(heads.length > 0 ? Math.min(...heads) : undefined);
          expect(keysOf(storage, `due~${queue.name}`)).toHaveLength(heads.length);
        }
      }),
      { numRuns: 150 },
    );
  });
});
