import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it, jest } from '@jest/globals';
import { openAsyncInvocations } from '../../../local/lambda/async-invocations.ts';
import {
  type InvokeResult,
  type LocalFunction,
  RequestTooLarge,
  TooManyRequests,
} from '../../../local/lambda/local-function.ts';
import { awsPace } from '../../../local/pace.ts';
import { Storage } from '../../../local/storage/storage.ts';
import { VirtualClock } from '../../../local/virtual-clock.ts';
import { eventually } from '../../support/eventually.ts';

const folder = mkdtempSync(join(tmpdir(), 'async-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ok: InvokeResult = { payload: 'null' };
const failed: InvokeResult = { payload: '{"errorMessage":"no"}', functionError: 'Unhandled' };
let files = 0;

/** Lambda's queue before a function that answers by `answer`, in time that passes by itself. */
const run = (
  answer: (call: number) => InvokeResult | Promise<InvokeResult>,
  path = join(folder, `${files++}.sqlite`),
  startedAtMs = 0,
  agesFromMs = startedAtMs,
) => {
  const clock = new VirtualClock(startedAtMs);
  const calls: { atMs: number; payload: string; requestId: string | undefined }[] = [];
  const letters: { payload: string; errorCode: number; errorMessage: string }[] = [];
  const target = {
    functionArn: 'arn:fn',
    functionName: 'fn',
    invoke: async (payload: string, options?: { requestId?: string }) => {
      calls.push({ atMs: clock.now(), payload, requestId: options?.requestId });
      return answer(calls.length);
    },
    deadLetters: async (letter: (typeof letters)[number]) => {
      letters.push(letter);
      return true;
    },
  } as unknown as LocalFunction;
  const functions = new Map([[target.functionArn, target]]);
  const log: string[] = [];
  const open = () =>
    openAsyncInvocations({
      path,
      functions,
      atOnce: 2,
      clock,
      pace: awsPace,
      agesFromMs,
      log: (line) => log.push(line),
    });
  return { clock, calls, letters, target, functions, open, path, log };
};

describe('an event', () => {
  it('is tried again one minute and then two minutes later, then the dead letters get it', async () => {
    const { clock, calls, letters, target, open } = run(() => failed);
    const queue = open();
    await clock.run(async () => {
      queue.add(target, '{}', { requestId: 'r' });
      await clock.sleep(600_000);
    });
    await queue.close();

    expect(calls.map(({ atMs, requestId }) => [atMs, requestId])).toEqual([
      [0, 'r'],
      [60_000, 'r'],
      [180_000, 'r'],
    ]);
    expect(letters).toEqual([{ payload: '{}', requestId: 'r', errorCode: 200, errorMessage: 'no' }]);
  });

  it('that is throttled is tried until it is six hours old, which costs no retry', async () => {
    const { clock, calls, letters, target, open } = run(() => {
      throw new TooManyRequests();
    });
    const queue = open();
    await clock.run(async () => {
      queue.add(target, '{}', {});
      await clock.sleep(7 * 3_600_000);
    });
    await queue.close();

    expect(calls.slice(0, 4).map(({ atMs }) => atMs)).toEqual([0, 1_000, 3_000, 7_000]);
    expect((calls.at(-1)?.atMs ?? 0) - (calls.at(-2)?.atMs ?? 0)).toBe(300_000);
    expect(calls.at(-1)?.atMs).toBeLessThanOrEqual(6 * 3_600_000);
    expect(letters).toMatchObject([{ errorCode: 429 }]);
  });

  it('whose invocation Lambda itself failed at is tried again, which costs no retry', async () => {
    const { clock, calls, letters, target, open } = run((call) => {
      if (call < 5) throw new Error('no thread to be had');
      return ok;
    });
    const queue = open();
    await clock.run(async () => {
      queue.add(target, '{}', {});
      await clock.sleep(600_000);
    });
    await queue.close();

    expect([calls.length, letters]).toEqual([5, []]);
  });

  it('that is larger than Lambda takes is given up at once', async () => {
    const { calls, letters, target, open } = run(() => {
      throw new RequestTooLarge();
    });
    const queue = open();
    queue.add(target, '{}', {});
    await queue.close();

    expect(calls).toHaveLength(1);
    expect(letters).toMatchObject([{ errorCode: 413 }]);
  });

  it('is tried to the end though its file cannot be written', async () => {
    const { clock, calls, letters, target, open, log } = run(() => failed);
    const queue = open();
    await clock.run(async () => {
      queue.add(target, '{}', {});
      const flush = jest.spyOn(Storage.prototype, 'flush').mockImplementation(() => {
        throw new Error('database or disk is full');
      });
      await clock.sleep(600_000);
      flush.mockRestore();
    });
    await queue.close();

    expect(calls).toHaveLength(3);
    expect(letters).toMatchObject([{ errorCode: 200, errorMessage: 'no' }]);
    expect(log).toContain('fn: what became of an event could not be noted: database or disk is full');
  });

  it('goes to the dead letters though its error has a message that is no text', async () => {
    const { clock, letters, target, open } = run(() => ({ ...failed, payload: '{"errorMessage":404}' }));
    const queue = open();
    await clock.run(async () => {
      queue.add(target, '{}', {});
      await clock.sleep(600_000);
    });
    await queue.close();

    expect(letters).toMatchObject([{ errorMessage: '404' }]);
  });

  it('that fails once the runtime is closing has not used up a try', async () => {
    const first = run((call) => {
      if (call === 3) queue.beginClosing(); // what it calls may refuse it from now on
      return failed;
    });
    const queue = first.open();
    await first.clock.run(async () => {
      queue.add(first.target, '"kept"', {});
      await first.clock.sleep(600_000);
    });
    await queue.close();
    const second = run(() => ok, first.path);
    const next = second.open();
    next.resume();
    await next.close();

    expect([first.calls.length, first.letters]).toEqual([3, []]);
    expect(second.calls).toMatchObject([{ payload: '"kept"' }]);
  });

  it('that comes while the runtime is closing is tried once', async () => {
    const { calls, target, open } = run(() => ok);
    const queue = open();
    queue.beginClosing();
    queue.add(target, '{}', {});
    await queue.close();

    expect(calls).toHaveLength(1);
  });

  it('that waits for a retry when the runtime closes is tried by the next one, and counts on', async () => {
    const first = run(() => failed);
    const queue = first.open();
    await first.clock.run(async () => {
      queue.add(first.target, '"kept"', { requestId: 'r' });
      await first.clock.sleep(30_000);
    });
    await queue.close();
    const second = run(() => failed, first.path);
    const next = second.open();
    await second.clock.run(async () => {
      next.resume();
      await second.clock.sleep(600_000);
    });
    await next.close();

    expect(first.calls).toHaveLength(1);
    expect(second.calls.map(({ payload, requestId }) => [payload, requestId])).toEqual([
      ['"kept"', 'r'],
      ['"kept"', 'r'],
    ]);
    expect(second.letters).toHaveLength(1);
  });

  it.each([
    ['is still tried for six hours from the start on', 30 * 3_600_000, 2],
    ['is given up after its next failure where the time off counts', 0, 1],
  ])('that waited for the next run 30 hours %s', async (_, agesFromMs, calls) => {
    const first = run(() => failed);
    const queue = first.open();
    await first.clock.run(async () => {
      queue.add(first.target, '{}', {});
      await first.clock.sleep(1_000);
    });
    await queue.close();
    const second = run(() => failed, first.path, 30 * 3_600_000, agesFromMs);
    const next = second.open();
    await second.clock.run(async () => {
      next.resume();
      await second.clock.sleep(600_000);
    });
    await next.close();

    expect([second.calls.length, second.letters.length]).toEqual([calls, 1]);
  });

  it('waits for its turn where many come, in their order', async () => {
    const answers: (() => void)[] = [];
    const { calls, target, open } = run(() => new Promise((resolve) => answers.push(() => resolve(ok))));
    const queue = open();
    for (let event = 0; event < 4; event++) queue.add(target, `${event}`, {});
    await eventually(() => expect(calls.map(({ payload }) => payload)).toEqual(['0', '1']), 1_000, 1);

    for (let event = 0; event < 4; event++) {
      answers[event]?.();
      await eventually(() => expect(calls).toHaveLength(Math.min(4, event + 3)), 1_000, 1);
    }
    await queue.close();
    expect(calls.map(({ payload }) => payload)).toEqual(['0', '1', '2', '3']);
  });

  it('that waits for its turn when the runtime closes is left to the next one', async () => {
    const answers: (() => void)[] = [];
    const first = run(() => new Promise((resolve) => answers.push(() => resolve(ok))));
    const queue = first.open();
    for (let event = 0; event < 4; event++) queue.add(first.target, `${event}`, {});
    await eventually(() => expect(answers).toHaveLength(2), 1_000, 1);
    queue.beginClosing();
    for (const answer of answers) answer();
    await queue.close();
    const second = run(() => ok, first.path);
    const next = second.open();
    next.resume();
    await eventually(() => expect(second.calls).toHaveLength(2), 1_000, 1);
    await next.close();

    expect(first.calls.map(({ payload }) => payload)).toEqual(['0', '1']);
    expect(second.calls.map(({ payload }) => payload)).toEqual(['2', '3']);
  });

  it('that was handled is forgotten', async () => {
    const first = run(() => ok);
    const queue = first.open();
    queue.add(first.target, '{}', {});
    await queue.close();
    const second = run(() => ok, first.path);
    const next = second.open();
    next.resume();
    await next.close();

    expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
  });

  it('of a function that is gone is dropped, and told of', async () => {
    const first = run(() => failed);
    const queue = first.open();
    queue.add(first.target, '{}', {});
    await queue.close();
    const second = run(() => ok, first.path);
    second.functions.clear();
    const next = second.open();
    next.resume();
    await next.close();

    expect(second.log).toEqual(['an event was dropped: its function arn:fn is gone']);
  });
});
