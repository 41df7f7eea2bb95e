import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SaleRecorded } from '../../../domain/revenue/sale-recorded.ts';
import { type Arrival, type WindowBatch, windowConsumer } from '../../../lambda/runtime/window-consumer.ts';
import { sequenceNumber } from '../../support/events.ts';
import { saleRecorded, windowBatch } from '../../support/sales.ts';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => void jest.restoreAllMocks());

/** Collects the ids of its events; concluding fails as often as told. */
const collecting = (failures = 0) => {
  const concluded: { ids: string[]; batch: WindowBatch }[] = [];
  const arrivals: Arrival[] = [];
  let left = failures;
  const consume = windowConsumer(
    [SaleRecorded],
    (state: { ids?: string[] }) => {
      const ids = [...(state.ids ?? [])];
      return {
        ids,
        add: ({ id }, arrival) => {
          ids.push(id);
          arrivals.push(arrival);
        },
        get state() {
          return { ids };
        },
      };
    },
    async ({ ids }, batch) => {
      if (left-- > 0) throw new Error('not now');
      concluded.push({ ids, batch });
    },
  );
  return { consume, concluded, arrivals };
};
const [a, b, c] = ['a', 'b', 'c'].map((id) => saleRecorded(id));

describe('a window consumer', () => {
  it('goes on from the state of the invocation before, and answers with its own', async () => {
    const { consume, arrivals } = collecting();
    expect(await consume(windowBatch([a, b]))).toEqual({ state: { ids: ['a', 'b'] }, batchItemFailures: [] });
    expect(await consume(windowBatch([c], { state: { ids: ['a', 'b'] } }, 2))).toEqual({
      state: { ids: ['a', 'b', 'c'] },
      batchItemFailures: [],
    });
    expect(arrivals.map((each) => each.sequenceNumber)).toEqual([0, 1, 2].map(sequenceNumber));
    expect(arrivals[0]?.arrivedAtMs).toBe(Date.parse('2026-11-22T10:15:30.000Z'));
  });

  it('answers with a state for no records, and where Lambda sends none', async () => {
    const { consume } = collecting();
    const { state: _, ...withoutState } = windowBatch([]);
    expect(await consume(withoutState)).toEqual({ state: { ids: [] }, batchItemFailures: [] });
  });

  it.each([
    ['without records', []],
    ['with records', [c]],
  ])('concludes the window in its last invocation, %s, and begins anew', async (_name, records) => {
    const { consume, concluded } = collecting();
    const last = windowBatch(records, { state: { ids: ['a', 'b'] }, isFinalInvokeForWindow: true });
    expect(await consume(last)).toEqual({ state: {}, batchItemFailures: [] });
    expect(concluded).toEqual([{ ids: ['a', 'b', ...records.map(() => 'c')], batch: last }]);
  });

  it.each([true, false])(
    'concludes a part that was terminated early, the last invocation of its window or not (%s)',
    async (final) => {
      const { consume, concluded } = collecting();
      const early = { state: { ids: ['a'] }, isFinalInvokeForWindow: final, isWindowTerminatedEarly: true };
      expect(await consume(windowBatch([], early))).toEqual({ state: {}, batchItemFailures: [] });
      expect(concluded.map(({ ids }) => ids)).toEqual([['a']]);
    },
  );

  it('fails a last invocation that could not be concluded, so that it comes again', async () => {
    const { consume, concluded } = collecting(1);
    const last = windowBatch([], { state: { ids: ['a'] }, isFinalInvokeForWindow: true });
    await expect(consume(last)).rejects.toThrow('not now');
    await consume(last);
    expect(concluded).toHaveLength(1);
  });

  it.each([0, 1, 2])(
    'throws where record %d of several fails, so that the batch is halved and nothing of it counts',
    async (place) => {
      const { consume } = collecting();
      await expect(consume(windowBatch([a, b, c].with(place, 'garbage' as never)))).rejects.toMatchObject({
        message: 'a record of several failed: halve the batch',
        cause: { code: 'not-json' },
      });
      expect(console.error).toHaveBeenCalledTimes(1);
    },
  );

  it('reports a record that fails alone, and leaves the state as it was', async () => {
    const { consume } = collecting();
    expect(await consume(windowBatch(['garbage'], { state: { ids: ['a'] } }, 7))).toEqual({
      state: { ids: ['a'] },
      batchItemFailures: [{ itemIdentifier: sequenceNumber(7) }],
    });
  });

  it('concludes a last invocation whatever its records are: the shard would wait for it for ever', async () => {
    const { consume, concluded } = collecting();
    const last = windowBatch([b, 'garbage'], { state: { ids: ['a'] }, isFinalInvokeForWindow: true });
    expect(await consume(last)).toEqual({ state: {}, batchItemFailures: [] });
    expect(concluded.map(({ ids }) => ids)).toEqual([['a', 'b']]);
    expect(console.error).toHaveBeenCalledTimes(1);
  });
});
