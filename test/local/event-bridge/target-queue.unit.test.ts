import { describe, expect, it } from '@jest/globals';
import type { DeadLetter } from '../../../local/event-bridge/dead-letters.ts';
import { compileInput } from '../../../local/event-bridge/target-input.ts';
import { type Delivery, TargetQueue, type TargetQueueParts } from '../../../local/event-bridge/target-queue.ts';
import type { DeliveryFailure, Message } from '../../../local/event-bridge/target-transport.ts';
import { awsPace } from '../../../local/pace.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';

const busy: DeliveryFailure = { code: 'THROTTLING', message: 'slow down', retryable: true };
const gone: DeliveryFailure = { code: 'NO_RESOURCE', message: 'gone', retryable: false };

/** A queue before a target that answers by `answer`, in time that passes by itself. */
const run = (
  answer: (message: Message, call: number) => DeliveryFailure | undefined,
  parts: Partial<TargetQueueParts> = {},
) => {
  const clock = new VirtualClock(parts.agesFromMs ?? 0);
  const calls: { atMs: number; bodies: string[] }[] = [];
  const letters: (Omit<DeadLetter, 'event'> & { body: string })[] = [];
  const kept = new Map<number, Delivery>();
  const queue = new TargetQueue({
    maximumRetryAttempts: 185,
    maximumEventAgeMs: 86_400_000,
    input: ({ text }) => text,
    transport: {
      batchSize: 3,
      batchBytes: 100,
      send: async (messages) => {
        calls.push({ atMs: clock.now(), bodies: messages.map(({ body }) => body) });
        return messages.map((message) => answer(message, calls.length));
      },
      close: async () => {},
    },
    deadLetters: {
      take: async ({ event, ...letter }) => {
        letters.push({ body: event.text, ...letter });
        return true;
      },
      close: async () => {},
    },
    keep: (id, delivery) => kept.set(id, delivery),
    forget: (ids) => {
      for (const id of ids) kept.delete(id);
    },
    clock,
    pace: awsPace,
    agesFromMs: 0,
    ...parts,
  });
  let next = 0;
  const add = (...texts: string[]) => {
    const deliveries = texts.map((text) => {
      const delivery = { target: 't', event: { text, takenAtMs: clock.now() }, failures: 0 };
      const id = next++;
      kept.set(id, delivery);
      return { id, delivery };
    });
    queue.add(deliveries);
  };
  const settled = () =>
    clock.run(async () => {
      while (kept.size > 0) await clock.sleep(1_000);
    });
  return { queue, calls, letters, kept, clock, add, settled };
};

const bodiesOf = (calls: readonly { bodies: string[] }[]) => calls.map(({ bodies }) => bodies);

describe('a target', () => {
  it('gets what came together in calls as large as it takes', async () => {
    const { calls, add, settled } = run(() => undefined);
    add('1', '2', '3', '4');
    await settled();

    expect(bodiesOf(calls)).toEqual([['1', '2', '3'], ['4']]);
  });

  it('gets no call that is too large, but for one event that is', async () => {
    const { calls, add, settled } = run(() => undefined);
    const [large, half] = [`"${'x'.repeat(200)}"`, `"${'y'.repeat(58)}"`];
    add(large, half, half);
    await settled();

    expect(bodiesOf(calls)).toEqual([[large], [half], [half]]);
  });

  it('gets again only what it did not take, 1, 2, 4 … s later', async () => {
    const { calls, letters, add, settled } = run(({ body }, call) => (body === '2' && call <= 3 ? busy : undefined));
    add('1', '2', '3');
    await settled();

    expect(calls).toEqual([
      { atMs: 0, bodies: ['1', '2', '3'] },
      { atMs: 1_000, bodies: ['2'] },
      { atMs: 3_000, bodies: ['2'] },
      { atMs: 7_000, bodies: ['2'] },
    ]);
    expect(letters).toEqual([]);
  });

  it('gets each alone where it refuses them together', async () => {
    const refusal = Object.assign(new Error('bad key'), {
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    const sent: string[][] = [];
    const { letters, add, settled } = run(() => undefined, {
      transport: {
        batchSize: 3,
        batchBytes: 100,
        send: async (messages) => {
          const bodies = messages.map(({ body }) => body);
          sent.push(bodies);
          if (bodies.includes('2')) throw refusal;
          return messages.map(() => undefined);
        },
        close: async () => {},
      },
    });
    add('1', '2', '3');
    await settled();

    expect(sent).toEqual([['1', '2', '3'], ['1'], ['2'], ['3']]);
    expect(letters).toMatchObject([
      { body: '2', retries: 0, failure: { code: 'SDK_CLIENT_ERROR', message: 'bad key' } },
    ]);
  });
});

describe('a dead letter', () => {
  it('is what the retries did not help, with what exhausted them', async () => {
    const { calls, letters, add, settled } = run(() => busy, { maximumRetryAttempts: 2 });
    add('1');
    await settled();

    expect(calls).toHaveLength(3);
    expect(letters).toEqual([{ body: '1', failure: busy, retries: 2, exhausted: 'MaximumRetryAttempts' }]);
  });

  it('is what has become too old', async () => {
    const { calls, letters, add, settled } = run(() => busy, { maximumEventAgeMs: 60_000 });
    add('1');
    await settled();

    expect(calls.at(-1)?.atMs).toBe(31_000);
    expect(letters).toEqual([{ body: '1', failure: busy, retries: 5, exhausted: 'MaximumEventAgeInSeconds' }]);
  });

  it('counts the age from the start of the runtime where the event is from an earlier run', async () => {
    const agesFromMs = 108_000_000; // 30 hours later
    const started = run(() => busy, { maximumEventAgeMs: 60_000, agesFromMs });
    started.queue.add([{ id: 7, delivery: { target: 't', event: { text: '1', takenAtMs: 0 }, failures: 0 } }]);
    started.kept.set(7, { target: 't', event: { text: '1', takenAtMs: 0 }, failures: 0 });
    await started.settled();

    expect(started.calls.at(-1)?.atMs).toBe(agesFromMs + 31_000);
    expect(started.letters).toMatchObject([{ retries: 5, exhausted: 'MaximumEventAgeInSeconds' }]);
  });

  it('is at once what no retry can help', async () => {
    const { calls, letters, add, settled } = run(() => gone);
    add('1');
    await settled();

    expect(calls).toHaveLength(1);
    expect(letters).toEqual([{ body: '1', failure: gone, retries: 0, exhausted: undefined }]);
  });

  it('is what nests deeper than can be read, whole, and costs its neighbours nothing', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const { calls, letters, add, settled } = run(() => undefined, {
      input: compileInput({ inputPath: '$' }, { arn: 'a', name: 'n' }),
    });
    add('1', deep, '2');
    await settled();

    expect(bodiesOf(calls).flat()).toEqual(['1', '2']);
    expect(letters).toMatchObject([{ body: deep, failure: { code: 'INVALID_JSON' }, retries: 0 }]);
  });
});

describe('a queue that closes', () => {
  it('hands over what is ready, and keeps what waits for a retry, with its count', async () => {
    const { queue, calls, kept, add } = run(({ body }) => (body === '2' ? busy : undefined));
    add('1', '2', '3', '4');
    await queue.close();

    expect(bodiesOf(calls)).toEqual([['1', '2', '3'], ['4']]);
    expect([...kept.values()]).toEqual([expect.objectContaining({ failures: 1, event: { text: '2', takenAtMs: 0 } })]);
  });
});
