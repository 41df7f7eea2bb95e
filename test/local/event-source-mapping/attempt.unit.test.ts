import { describe, expect, it } from '@jest/globals';
import {
  type Attempt,
  type AttemptLimits,
  expire,
  firstAttempt,
  type Outcome,
  settle,
} from '../../../local/event-source-mapping/attempt.ts';

const record = (sequenceNumber: string, arrivedAtMs = 0) => ({ sequenceNumber, partitionKey: 'k', arrivedAtMs });
const limits: AttemptLimits = {
  maximumRetryAttempts: 2,
  maximumRecordAgeMs: 60_000,
  agesFromMs: 0,
  retentionMs: 86_400_000,
  bisectBatchOnFunctionError: false,
};
const bisecting: AttemptLimits = { ...limits, bisectBatchOnFunctionError: true };
const of = (...names: string[]): Attempt<string> => firstAttempt(names);
const error: Outcome = { kind: 'function-error' };
const reported = (failedFrom: number): Outcome => ({ kind: 'reported', failedFrom });

describe('what follows from a try', () => {
  it('ends with a success', () => {
    expect(settle(of('a', 'b'), { kind: 'success' }, limits)).toEqual({ handled: 2, remaining: [] });
  });

  it('makes a new batch with a count of its own out of what a progress leaves', () => {
    const tried = { records: ['a', 'b', 'c'], invocations: 2, refusals: 0 };

    expect(settle(tried, reported(1), limits)).toEqual({ handled: 1, remaining: [of('b', 'c')], pauseOfRetry: 1 });
  });

  it('counts a report of the first record as a failure without halving', () => {
    expect(settle(of('a', 'b'), reported(0), bisecting)).toEqual({
      handled: 0,
      remaining: [{ records: ['a', 'b'], invocations: 1, refusals: 0 }],
      pauseOfRetry: 1,
    });
  });

  it('halves a batch on a function error, the first half first, both with a new count', () => {
    const tried = { records: ['a', 'b', 'c'], invocations: 2, refusals: 0 };

    expect(settle(tried, error, bisecting).remaining).toEqual([of('a'), of('b', 'c')]);
  });

  it('sets aside after the last retry, with the number of invocations', () => {
    const tried = { records: ['a'], invocations: 2, refusals: 0 };

    expect(settle(tried, error, bisecting)).toEqual({
      handled: 0,
      setAside: {
        records: ['a'],
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 3,
        functionError: 'Unhandled',
      },
      remaining: [],
    });
    expect(settle(tried, reported(0), limits).setAside?.functionError).toBeNull();
  });

  it('tries for ever without a limit', () => {
    const tried = { records: ['a'], invocations: 9_999, refusals: 0 };

    expect(settle(tried, error, { ...limits, maximumRetryAttempts: -1 }).remaining).toEqual([
      { records: ['a'], invocations: 10_000, refusals: 0 },
    ]);
  });

  it('spends no retry on a refusal, and pauses longer with each', () => {
    const once = settle(of('a'), { kind: 'refused' }, { ...limits, maximumRetryAttempts: 0 });

    expect(once).toEqual({ handled: 0, remaining: [{ records: ['a'], invocations: 0, refusals: 1 }], pauseOfRetry: 1 });
    expect(settle(once.remaining[0] as Attempt<string>, { kind: 'refused' }, limits).pauseOfRetry).toBe(2);
  });

  it('sets aside at once what is too large to be sent at all', () => {
    expect(settle(of('a'), { kind: 'too-large' }, { ...limits, maximumRetryAttempts: -1 }).setAside).toMatchObject({
      approximateInvokeCount: 1,
      functionError: null,
    });
  });
});

describe('the age of records', () => {
  it('parts the records that are too old from those that are not', () => {
    const attempt = { records: [record('1', 0), record('2', 10), record('3', 5_000)], invocations: 0, refusals: 0 };

    const { expired, fresh } = expire(attempt, limits, 60_011);

    expect(expired).toEqual([
      { records: [record('1', 0), record('2', 10)], condition: 'RecordAgeExceeded', approximateInvokeCount: 1 },
    ]);
    expect(fresh.records).toEqual([record('3', 5_000)]);
  });

  it('is still young at exactly the maximum', () => {
    expect(expire(firstAttempt([record('1', 0)]), limits, 60_000).expired).toEqual([]);
  });

  it('counts from the moment that ages count from, for what arrived before it', () => {
    const attempt = firstAttempt([record('1', 0), record('2', 50_000), record('3', 90_000)]);
    const from = { ...limits, agesFromMs: 80_000 };

    expect(expire(attempt, from, 140_000).expired).toEqual([]);
    expect(expire(attempt, from, 140_001).expired.flatMap(({ records }) => records)).toEqual([
      record('1', 0),
      record('2', 50_000),
    ]);
  });

  it('never outlasts the retention, which counts from the arrival', () => {
    const attempt = firstAttempt([record('1', 0), record('2', 10)]);
    const kept = { ...limits, agesFromMs: 80_000, retentionMs: 100_000 };

    expect(expire(attempt, kept, 100_000).expired).toEqual([]);
    expect(expire(attempt, kept, 100_001).expired.flatMap(({ records }) => records)).toEqual([record('1', 0)]);
  });

  it('tells how often an expired batch was tried', () => {
    const attempt = { records: [record('1')], invocations: 8, refusals: 0 };

    expect(expire(attempt, limits, 60_001).expired[0]?.approximateInvokeCount).toBe(8);
  });

  it('keeps runs that are not neighbours apart', () => {
    const attempt = firstAttempt([record('1', 0), record('2', 50_000), record('3', 0)]);

    expect(expire(attempt, limits, 70_000).expired.map(({ records }) => records.length)).toEqual([1, 1]);
  });
});
