import type { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import type { KinesisStreamEvent } from 'aws-lambda';
import fc from 'fast-check';
import { silentProgress } from '../../../operations/progress.ts';
import { drive } from '../../../operations/redrive/drive.ts';
import { planRedrive } from '../../../operations/redrive/plan.ts';
import { readSetAside, type SetAside } from '../../../operations/redrive/set-aside.ts';
import { invocationRecord, kinesisRecord } from './invocation-record.ts';

/** Objects of one function: each a list of `<key><place>`, such as a1, b2, by its place in the stream. */
const objects = (...names: string[][]): SetAside[] =>
  names.map((records, index) => {
    const Records = records.map((name) => kinesisRecord(name.slice(1), name.charAt(0), name));
    const body = JSON.stringify(invocationRecord(JSON.stringify({ Records })));
    return readSetAside(`id-${index}`, `object-${index}`, body, { done: [] });
  });

/** A function that can't handle some records: throws, or reports the first of them. */
const failingFor = (failing: ReadonlySet<string>, reports: boolean) => {
  const handled: string[] = [];
  const batches: string[][] = [];
  const send = async ({ input }: InvokeCommand) => {
    const { Records } = JSON.parse(String(input.Payload)) as KinesisStreamEvent;
    const names = Records.map(({ kinesis }) => JSON.parse(Buffer.from(kinesis.data, 'base64').toString()) as string);
    batches.push(names);
    const at = names.findIndex((name) => failing.has(name));
    if (at >= 0 && !reports) return { FunctionError: 'Unhandled', Payload: Buffer.from('{"errorType":"E"}') };
    handled.push(...names.slice(0, at < 0 ? names.length : at));
    const itemIdentifier = Records[at]?.kinesis.sequenceNumber;
    return { Payload: Buffer.from(JSON.stringify({ batchItemFailures: at < 0 ? [] : [{ itemIdentifier }] })) };
  };
  return { handled, batches, lambda: { send } as unknown as LambdaClient };
};

const run = async (
  pending: SetAside[],
  lambda: LambdaClient,
  isChosen: (setAside: SetAside) => boolean = () => true,
  { signal } = new AbortController(),
  passedOnTo: (setAside: SetAside) => readonly string[] = () => [],
) => {
  const done = new Set<string>();
  const partly = new Map<string, readonly string[]>();
  const audits = new Map<string, { outcome: string }>();
  const bucket = {
    auditKey: ({ id }: SetAside) => `audit-${id}`,
    writeAudit: async (key: string, entry: object) => void audits.set(key, structuredClone(entry) as never),
    markDone: async ({ id }: SetAside) => void done.add(id),
    markPartly: async ({ id }: SetAside, numbers: readonly string[]) => void partly.set(id, numbers),
  };
  const plan = planRedrive(pending, isChosen, () => false);
  const result = await drive(plan, { lambda, bucket, passedOnTo, progress: silentProgress, signal, by: 'me' });
  return { result, done: [...done], partly, audits };
};

describe('a redrive', () => {
  it('sends an object as it was sent, in the order of the stream', async () => {
    const { lambda, batches } = failingFor(new Set(), false);
    const { result, done } = await run(objects(['a1', 'b2'], ['a3']), lambda);

    expect(batches).toEqual([['a1', 'b2'], ['a3']]);
    expect(result).toEqual({ done: 3, failed: 0, held: 0 });
    expect(done).toEqual(['id-0', 'id-1']);
  });

  it.each([false, true])('goes on without what fails again, and what follows it (reported: %p)', async (reports) => {
    const { lambda, handled } = failingFor(new Set(['b2']), reports);
    const { result, done, partly, audits } = await run(objects(['a1', 'b2', 'c3', 'b4'], ['b5'], ['a6']), lambda);

    expect(handled).toEqual(['a1', 'c3', 'a6']);
    expect(result).toEqual({ done: 3, failed: 1, held: 2 });
    expect([...partly]).toEqual([['id-0', ['1', '3']]]);
    expect(done).toEqual(['id-2']);
    expect(audits.get('audit-id-0')).toMatchObject({
      by: 'me',
      outcome: 'partly done',
      records: [
        { sequenceNumber: '1', outcome: 'done' },
        { sequenceNumber: '2', outcome: 'failed' },
        { sequenceNumber: '3', outcome: 'done' },
        { sequenceNumber: '4', outcome: 'held' },
      ],
    });
    expect([...audits.keys()]).toEqual(['audit-id-0', 'audit-id-2']);
  });

  it('is of what is passed on done once the last function has taken it, and of none of its key before', async () => {
    const calls: string[] = [];
    const lambda = {
      send: async ({ input }: InvokeCommand) => {
        const { Records } = JSON.parse(String(input.Payload)) as KinesisStreamEvent;
        const numbers = Records.map(({ kinesis }) => kinesis.sequenceNumber).join();
        calls.push(`${input.FunctionName}: ${numbers}`);
        const fails = input.FunctionName === 'second' && numbers === '1';
        return { Payload: Buffer.from(JSON.stringify({ batchItemFailures: fails ? [{ itemIdentifier: '1' }] : [] })) };
      },
    } as unknown as LambdaClient;
    const { result, partly, audits } = await run(
      objects(['a1', 'b2', 'a3']),
      lambda,
      () => true,
      new AbortController(),
      () => ['first', 'second'],
    );

    expect(calls).toEqual(['project: 1,2,3', 'first: 1', 'second: 1', 'first: 2', 'second: 2']);
    expect(result).toEqual({ done: 1, failed: 1, held: 1 });
    expect([...partly]).toEqual([['id-0', ['2']]]);
    expect(audits.get('audit-id-0')).toMatchObject({
      records: [{ outcome: 'failed', error: 'second: the function reports it as failed' }, {}, { outcome: 'held' }],
    });
  });

  it('finishes and marks what is under way when it is interrupted, and begins nothing more', async () => {
    const interrupted = new AbortController();
    const { handled, lambda } = failingFor(new Set(), false);
    const interrupting = {
      send: (command: InvokeCommand) => {
        interrupted.abort();
        return lambda.send(command);
      },
    } as unknown as LambdaClient;
    const { result, done } = await run(objects(['a1'], ['b2']), interrupting, () => true, interrupted);

    expect([handled, done, result]).toEqual([['a1'], ['id-0'], { done: 1, failed: 0, held: 0 }]);
  });

  it('keeps the order of each key and loses none, whatever fails and whatever is chosen', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 }), { maxLength: 6 }),
        fc.infiniteStream(fc.boolean()),
        fc.infiniteStream(fc.boolean()),
        fc.boolean(),
        async (keys, fails, chosen, reports) => {
          let place = 1;
          const names = keys.map((each) => each.map((key) => `${key}${place++}`));
          const failing = new Set(names.flat().filter(() => fails.next().value));
          const pending = objects(...names);
          const picked = new Set(pending.filter(() => chosen.next().value));
          const { lambda, handled } = failingFor(failing, reports);
          const { result, done, partly } = await run(pending, lambda, (each) => picked.has(each));

          const blocked = new Set<string>();
          const expected: string[] = [];
          pending.forEach((object, index) => {
            for (const name of names[index] ?? []) {
              const key = name.charAt(0);
              if (!picked.has(object) || failing.has(name)) blocked.add(key);
              else if (!blocked.has(key)) expected.push(name);
            }
          });
          expect([...handled].sort()).toEqual([...expected].sort());
          for (const key of 'abc') {
            const own = (list: string[]) => list.filter((name) => name.startsWith(key));
            expect(own(handled)).toEqual(own(expected));
          }
          expect(result.done).toBe(handled.length);
          const marked = [
            ...names.flatMap((each, index) => (done.includes(`id-${index}`) ? each.map((name) => name.slice(1)) : [])),
            ...[...partly.values()].flat(),
          ];
          expect(marked.sort()).toEqual(handled.map((name) => name.slice(1)).sort());
        },
      ),
      { numRuns: 200 },
    ));
});
