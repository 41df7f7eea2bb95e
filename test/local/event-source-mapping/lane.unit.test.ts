import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Clock } from '../../../local/clock.ts';
import { KinesisEventWriter } from '../../../local/event-source-mapping/kinesis-event.ts';
import { Lane } from '../../../local/event-source-mapping/lane.ts';
import { laneOf } from '../../../local/event-source-mapping/lanes.ts';
import type { MappingSettings } from '../../../local/event-source-mapping/mapping-settings.ts';
import { ShardProgress } from '../../../local/event-source-mapping/shard-progress.ts';
import { type InvokeResult, type LocalFunction, TooManyRequests } from '../../../local/lambda/local-function.ts';
import { Precedence } from '../../../local/lambda/precedence.ts';
import { Distribution } from '../../../local/metrics/distribution.ts';
import { laptopPace } from '../../../local/pace.ts';

const settings: MappingSettings = {
  batchSize: 100,
  maximumBatchingWindowSeconds: 0,
  parallelizationFactor: 1,
  maximumRetryAttempts: 1,
  maximumRecordAgeSeconds: -1,
  bisectBatchOnFunctionError: false,
  reportBatchItemFailures: false,
  tumblingWindowSeconds: 0,
  startingPosition: { type: 'TRIM_HORIZON' },
  filters: [],
};

/** Time that passes only where somebody waits for it. */
const fakeClock = (): Clock & { advance(ms: number): void } => {
  let now = 1_600_000_000_000;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    advance: (ms) => {
      now += ms;
    },
  };
};

interface Call {
  readonly numbers: number[];
  readonly event: {
    state?: Record<string, number>;
    window?: { start: string; end: string };
    isFinalInvokeForWindow?: boolean;
    isWindowTerminatedEarly?: boolean;
  };
}
type Handler = (call: Call, clock: ReturnType<typeof fakeClock>) => unknown;

/** Runs a closed shard of records 1…n through its lanes, and tells what happened. */
const run = async (
  numbers: readonly number[],
  changed: Partial<MappingSettings>,
  handler: Handler,
  arrivedAtMs: (number: number) => number = () => 1_600_000_000_000,
) => {
  const all = { ...settings, ...changed };
  const clock = fakeClock();
  const stopping = new AbortController();
  const progress = new ShardProgress();
  const calls: Call[] = [];
  const pauses: number[] = [];
  const aside: { numbers: number[]; condition: string; count: number; functionError?: string | null }[] = [];
  const done = new Set<number>();
  const passed: { position: number; done: number[] }[] = [];
  const invoke = async (payload: string): Promise<InvokeResult> => {
    const event = JSON.parse(payload);
    const call = {
      numbers: event.Records.map((each: { kinesis: { sequenceNumber: string } }) =>
        Number(each.kinesis.sequenceNumber),
      ),
      event,
    };
    calls.push(call);
    try {
      const response = (handler(call, clock) ?? null) as { batchItemFailures?: { itemIdentifier: string }[] } | null;
      const failures = all.reportBatchItemFailures ? (response?.batchItemFailures ?? []) : [];
      const lowest = Math.min(...failures.map(({ itemIdentifier }) => Number(itemIdentifier)));
      for (const number of call.numbers) if (number < lowest) done.add(number);
      return { payload: JSON.stringify(response) };
    } catch (error) {
      if (error instanceof TooManyRequests) throw error;
      return { payload: '{}', functionError: 'Unhandled' };
    }
  };
  const work = {
    mappingUuid: 'm',
    settings: all,
    pace: {
      ...laptopPace,
      gatherMs: 0,
      holdBatchMs: 0,
      retryBackoffMs: (retry: number) => {
        pauses.push(retry);
        return 1_000 * 2 ** (retry - 1);
      },
    },
    clock,
    function: { invoke } as LocalFunction,
    precedence: new Precedence(0),
    writer: new KinesisEventWriter({ shardId: 's', region: 'r', eventSourceArn: 'e', roleArn: 'i' }),
    progress,
    lag: new Distribution(),
    invoked: () => {},
    stop: stopping.signal,
    checkpoint: () => passed.push({ position: Number(progress.position ?? 0), done: [...done] }),
    setAside: async (given: Parameters<ConstructorParameters<typeof Lane>[0]['setAside']>[0]) => {
      const records = given.records.map(({ sequenceNumber }) => Number(sequenceNumber));
      for (const number of records) done.add(number);
      aside.push({
        numbers: records,
        condition: given.condition,
        count: given.approximateInvokeCount,
        ...(given.functionError !== undefined && { functionError: given.functionError }),
      });
      return true;
    },
    retentionMs: 86_400_000,
    agesFromMs: 0,
    hungry: () => {},
    caughtUpAtMs: () => 0,
  };
  const lanes = Array.from({ length: all.parallelizationFactor }, () => new Lane(work));
  for (const number of numbers) {
    const record = {
      sequenceNumber: `${number}`,
      partitionKey: `k${number % 7}`,
      data: '',
      arrivedAtMs: arrivedAtMs(number),
    };
    progress.begin(record.sequenceNumber);
    lanes[laneOf(record.partitionKey, lanes.length)]?.push(record);
  }
  for (const lane of lanes) lane.end();
  await Promise.all(lanes.map((lane) => lane.run()));
  return {
    calls,
    batches: calls.map((call) => call.numbers),
    aside,
    done,
    passed,
    pauses,
    position: progress.position,
  };
};

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const report = (...numbers: number[]) => ({
  batchItemFailures: numbers.map((number) => ({ itemIdentifier: `${number}` })),
});
const fail = (): never => {
  throw new Error('poison');
};

describe('a lane', () => {
  it('gives a remainder a count of its own after progress', async () => {
    const { batches, aside } = await run(
      upTo(6),
      { batchSize: 3, maximumRetryAttempts: 3, reportBatchItemFailures: true },
      ({ numbers }) => report(...numbers.filter((number) => number === 6)),
    );

    expect(batches).toEqual([[1, 2, 3], [4, 5, 6], [6], [6], [6], [6]]);
    expect(aside).toEqual([{ numbers: [6], condition: 'RetryAttemptsExhausted', count: 4, functionError: null }]);
  });

  it('halves until the poison is alone, first half first', async () => {
    const { batches, aside } = await run(
      upTo(8),
      { bisectBatchOnFunctionError: true, maximumRetryAttempts: 0 },
      ({ numbers }) => numbers.includes(6) && fail(),
    );

    expect(batches).toEqual([upTo(8), [1, 2, 3, 4], [5, 6, 7, 8], [5, 6], [5], [6], [7, 8]]);
    expect(aside).toMatchObject([{ numbers: [6], count: 1, functionError: 'Unhandled' }]);
  });

  it('goes on at the reported record rather than halving', async () => {
    const { batches } = await run(
      upTo(8),
      { bisectBatchOnFunctionError: true, reportBatchItemFailures: true, maximumRetryAttempts: 0 },
      ({ numbers }) => report(...numbers.filter((number) => number === 6)),
    );

    expect(batches).toEqual([upTo(8), [6, 7, 8]]);
  });

  it('tries again until the record is too old, and pauses longer each time', async () => {
    const { aside, batches, pauses } = await run([1], { maximumRetryAttempts: -1, maximumRecordAgeSeconds: 60 }, fail);

    expect(pauses).toEqual([1, 2, 3, 4, 5, 6]); // 1 + 2 + 4 + … + 32 s = 63 s
    expect(batches).toHaveLength(6);
    expect(aside).toEqual([{ numbers: [1], condition: 'RecordAgeExceeded', count: 6 }]);
  });

  it('tries again until the record has expired in its stream, where it has no maximum age', async () => {
    const { aside } = await run([1], { maximumRetryAttempts: -1 }, fail);

    expect(aside).toEqual([{ numbers: [1], condition: 'RecordAgeExceeded', count: 17 }]); // 2^17 s > 24 h
  });

  it('tries no longer than the stream keeps the record, whatever the maximum age', async () => {
    const { aside } = await run([1], { maximumRetryAttempts: -1, maximumRecordAgeSeconds: 604_800 }, fail);

    expect(aside).toMatchObject([{ condition: 'RecordAgeExceeded', count: 17 }]);
  });

  it('never discards for being refused', async () => {
    let refusals = 0;
    const { batches, aside } = await run([1], { maximumRetryAttempts: 0 }, () => {
      if (refusals++ < 15) throw new TooManyRequests();
    });

    expect(batches).toHaveLength(16);
    expect(aside).toEqual([]);
  });

  it('discards what is refused for longer than its maximum age', async () => {
    const { aside } = await run([1], { maximumRetryAttempts: 1, maximumRecordAgeSeconds: 60 }, () => {
      throw new TooManyRequests();
    });

    expect(aside).toEqual([{ numbers: [1], condition: 'RecordAgeExceeded', count: 1 }]);
  });

  it('sets aside what is too old before the first delivery, and delivers the others', async () => {
    const { batches, aside } = await run(
      upTo(6),
      { maximumRecordAgeSeconds: 60, maximumRetryAttempts: 0 },
      () => {},
      (number) => 1_600_000_000_000 - (number === 1 ? 60_001 : 0),
    );

    expect(batches).toEqual([[2, 3, 4, 5, 6]]);
    expect(aside).toEqual([{ numbers: [1], condition: 'RecordAgeExceeded', count: 1 }]);
  });
});

describe('any batch with any poison', () => {
  const poisonedShard = fc.record({
    count: fc.integer({ min: 1, max: 40 }),
    poison: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }),
    batchSize: fc.integer({ min: 1, max: 50 }),
    maximumRetryAttempts: fc.integer({ min: 0, max: 3 }),
    bisectBatchOnFunctionError: fc.boolean(),
    reportBatchItemFailures: fc.boolean(),
    parallelizationFactor: fc.integer({ min: 1, max: 4 }),
  });

  /** Reports the lowest failure, and throws when that is the first of several. */
  const careful =
    (poison: ReadonlySet<number>, reports: boolean): Handler =>
    ({ numbers }) => {
      const lowest = numbers.find((number) => poison.has(number));
      if (lowest === undefined) return report();
      return reports && (lowest !== numbers[0] || numbers.length === 1) ? report(lowest) : fail();
    };

  it('is handled or set aside, each record, in order, and no checkpoint passes an unfinished one', () =>
    fc.assert(
      fc.asyncProperty(poisonedShard, async ({ count, poison, ...changed }) => {
        const { batches, done, passed, position } = await run(
          upTo(count),
          changed,
          careful(new Set(poison), changed.reportBatchItemFailures),
        );

        expect([...done].sort((a, b) => a - b)).toEqual(upTo(count));
        expect(position).toBe(`${count}`);
        for (const numbers of batches) {
          expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
          expect(numbers.length).toBeLessThanOrEqual(changed.batchSize);
        }
        for (const checkpoint of passed) {
          const finished = new Set(checkpoint.done);
          expect(upTo(checkpoint.position).every((number) => finished.has(number))).toBe(true);
        }
      }),
    ));

  it('costs no innocent record, and sets each poison aside alone, where the mapping bisects', () =>
    fc.assert(
      fc.asyncProperty(poisonedShard, async ({ count, poison, ...changed }) => {
        const bad = new Set(poison.filter((number) => number <= count));
        const { aside } = await run(
          upTo(count),
          { ...changed, bisectBatchOnFunctionError: true },
          careful(bad, changed.reportBatchItemFailures),
        );

        expect(aside.map(({ numbers }) => numbers).sort((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual(
          [...bad].sort((a, b) => a - b).map((number) => [number]),
        );
        for (const { count: invocations } of aside) expect(invocations).toBe(changed.maximumRetryAttempts + 1);
      }),
    ));
});

describe('a lane of tumbling windows', () => {
  const windowed = { tumblingWindowSeconds: 10, maximumRetryAttempts: 1 };
  const start = 1_600_000_000_000;
  const adding: Handler = ({ numbers, event }) => ({ state: { sum: (event.state?.sum ?? 0) + numbers.length } });

  it('hands the state on, closes before the next window, and starts that with {}', async () => {
    const at = [1_000, 4_000, 12_000];
    const { calls } = await run(
      [1, 2, 3],
      { ...windowed, batchSize: 1 },
      adding,
      (number) => start + (at[number - 1] ?? 0),
    );

    expect(calls.map(({ numbers, event }) => [numbers, event.state, event.isFinalInvokeForWindow])).toEqual([
      [[1], {}, false],
      [[2], { sum: 1 }, false],
      [[], { sum: 2 }, true],
      [[3], {}, false],
      [[], { sum: 1 }, true],
    ]);
  });

  it('discards a batch without changing the state', async () => {
    const { calls, aside } = await run([1, 2], { ...windowed, batchSize: 1 }, (call, clock) =>
      call.numbers.includes(2) ? {} : adding(call, clock),
    );

    expect(aside).toMatchObject([{ numbers: [2], count: 2 }]);
    expect(calls.at(-1)).toMatchObject({ numbers: [], event: { state: { sum: 1 }, isFinalInvokeForWindow: true } });
  });

  it('suspends the shard until the final call succeeds, and keeps the checkpoint until then', async () => {
    let refused = 0;
    const { passed, calls } = await run([1, 2], windowed, (call, clock) => {
      if (call.event.isFinalInvokeForWindow && refused++ < 5) return fail();
      return adding(call, clock);
    });

    expect(calls.filter(({ event }) => event.isFinalInvokeForWindow)).toHaveLength(6);
    expect(passed.map(({ position }) => position)).toEqual([0, 2]);
  });

  it('ends a window early whose state has outgrown 1 MB, also between two halves', async () => {
    const large = 'x'.repeat(1_048_576);
    const { calls } = await run([1, 2], { ...windowed, bisectBatchOnFunctionError: true }, ({ numbers }) => {
      if (numbers.length === 2) return fail();
      return { state: numbers[0] === 1 ? { large } : {} };
    });

    expect(
      calls.map(({ numbers, event }) => [numbers, event.isFinalInvokeForWindow, event.isWindowTerminatedEarly]),
    ).toEqual([
      [[1, 2], false, false],
      [[1], false, false],
      [[], true, true],
      [[2], false, false],
      [[], true, false],
    ]);
    expect(calls[3]?.event.state).toEqual({});
  });

  it('sets aside once what has become too old by the time the window is ended early', async () => {
    const large = 'x'.repeat(1_048_576);
    const { batches, aside } = await run(
      [1, 2, 3],
      { ...windowed, bisectBatchOnFunctionError: true, maximumRecordAgeSeconds: 60 },
      ({ numbers }, clock) => {
        if (numbers.length === 3) return fail();
        if (numbers[0] === 1) clock.advance(65_000);
        return { state: numbers[0] === 1 ? { large } : {} };
      },
      (number) => start + (number === 3 ? 9_000 : 0),
    );

    expect(batches).toEqual([[1, 2, 3], [1], [], [3], []]);
    expect(aside).toEqual([{ numbers: [2], condition: 'RecordAgeExceeded', count: 1 }]);
  });

  it('counts every record into exactly one final state, whatever fails on the way', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 6_000 }), { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 10 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 60 })),
        async (gaps, batchSize, failing) => {
          let elapsedMs = 0;
          const at = gaps.map((gap) => (elapsedMs += gap));
          const sums: [string, number][] = [];
          let tries = 0;
          const { calls, position } = await run(
            upTo(at.length),
            { ...windowed, batchSize, maximumRetryAttempts: -1, bisectBatchOnFunctionError: true },
            ({ numbers, event }) => {
              if (failing.includes(++tries)) return fail();
              const sum = (event.state?.sum ?? 0) + numbers.length;
              if (event.isFinalInvokeForWindow) sums.push([event.window?.start ?? '', sum]);
              return { state: { sum } };
            },
            (number) => start + (at[number - 1] ?? 0),
          );
          const expected = new Map<string, number>();
          for (const ms of at) {
            const window = `${new Date(Math.floor((start + ms) / 10_000) * 10_000).toISOString().slice(0, 19)}Z`;
            expected.set(window, (expected.get(window) ?? 0) + 1);
          }

          expect(sums).toEqual([...expected]);
          expect(position).toBe(`${at.length}`);
          for (const { numbers } of calls) expect(numbers.length).toBeLessThanOrEqual(batchSize);
        },
      ),
    ));
});
