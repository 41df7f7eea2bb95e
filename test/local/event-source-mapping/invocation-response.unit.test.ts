import { describe, expect, it } from '@jest/globals';
import { readResponse } from '../../../local/event-source-mapping/invocation-response.ts';

const base = 49590338271490256608559692538361571095921575989136588898n;
const records = [0n, 1n, 2n].map((offset) => ({
  sequenceNumber: String(base + offset),
  partitionKey: 'k',
  arrivedAtMs: 0,
}));
const number = (index: number) => String(base + BigInt(index));
const reporting = { reportBatchItemFailures: true, windows: false };
const windows = { reportBatchItemFailures: true, windows: true };
const read = (payload: unknown, options = reporting) =>
  readResponse({ payload: typeof payload === 'string' ? payload : JSON.stringify(payload) }, records, options);

describe('the response of a function that reports', () => {
  it.each([
    ['null', 'null'],
    ['nothing', ''],
    ['an empty string', '""'],
    ['an empty object', '{}'],
    ['an empty list', '{"batchItemFailures":[]}'],
    ['a null list', '{"batchItemFailures":null}'],
    ['another object', '{"statusCode":200}'],
  ])('is complete success where it is %s', (_, payload) => {
    expect(read(payload).outcome).toEqual({ kind: 'success' });
  });

  it.each([
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['a null identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['a misspelt key', { batchItemFailures: [{ foo: 'x' }] }],
    ['a record of another batch', { batchItemFailures: [{ itemIdentifier: '42' }] }],
    [
      'one known and one unknown record',
      { batchItemFailures: [{ itemIdentifier: number(2) }, { itemIdentifier: '4' }] },
    ],
    ['a number', { batchItemFailures: [{ itemIdentifier: Number(number(1)) }] }],
    ['an empty entry', { batchItemFailures: [null] }],
    ['no list', { batchItemFailures: 'all' }],
    ['text', '"done"'],
    ['broken JSON', '{"batchItemFailures":['],
  ])('is complete failure where it reports %s', (_, payload) => {
    expect(read(payload).outcome).toEqual({ kind: 'reported', failedFrom: 0 });
  });

  it('fails from the lowest of several reported records', () => {
    const batchItemFailures = [{ itemIdentifier: number(2) }, { itemIdentifier: number(1) }];

    expect(read({ batchItemFailures }).outcome).toEqual({ kind: 'reported', failedFrom: 1 });
  });

  it('tells apart sequence numbers that are equal as JavaScript numbers', () => {
    expect(Number(number(1))).toBe(Number(number(2)));
    expect(read({ batchItemFailures: [{ itemIdentifier: number(2) }] }).outcome).toEqual({
      kind: 'reported',
      failedFrom: 2,
    });
  });

  it('is a function error whatever it says, where the function failed', () => {
    const result = { payload: '{"batchItemFailures":[]}', functionError: 'Unhandled' as const };

    expect(readResponse(result, records, reporting).outcome).toEqual({ kind: 'function-error' });
  });
});

describe('the response of a function that does not report', () => {
  it('is a success whatever it lists', () => {
    const payload = JSON.stringify({ batchItemFailures: [{ itemIdentifier: number(0) }] });

    expect(readResponse({ payload }, records, { reportBatchItemFailures: false, windows: false })).toEqual({
      outcome: { kind: 'success' },
    });
  });
});

describe('the response of a window function', () => {
  it('hands its state on as it was', () => {
    expect(read('{"state":{"b":1,"a":[2]}}', windows)).toEqual({
      outcome: { kind: 'success' },
      state: '{"b":1,"a":[2]}',
    });
  });

  it('hands on the state of what succeeded before a reported record', () => {
    expect(read({ state: { sum: 1 }, batchItemFailures: [{ itemIdentifier: number(1) }] }, windows)).toEqual({
      outcome: { kind: 'reported', failedFrom: 1 },
      state: '{"sum":1}',
    });
  });

  it.each(['null', '{}', '{"state":null}', '{"state":"x"}', '""'])('fails without a state object: %s', (payload) => {
    expect(read(payload, windows).outcome).toEqual({ kind: 'function-error' });
  });
});
