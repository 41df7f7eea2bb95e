import type { KinesisStreamRecord } from 'aws-lambda';
import { SaleRecorded } from '../domain/revenue/sale-recorded.ts';
import { aggregateRevenue } from '../lambda/aggregate-revenue/aggregate-revenue.ts';
import type { WindowBatch } from '../lambda/runtime/window-consumer.ts';

/** What a shard takes in a window of a minute: 1,000 records a second. Ten of them take 10,000 sales a second. */
const salesAWindow = 60_000;
/** Of five seconds, as many as an invocation's 6 MB hold beside the state. */
const salesABatch = 4_500;
const window = { start: '2026-11-22T10:15:00Z', end: '2026-11-22T10:16:00Z' };
const arrivedAtMs = Date.parse('2026-11-22T10:15:30.123Z');

const record = (number: number): KinesisStreamRecord => {
  const request_id = `01930000-0000-7000-8000-${String(number).padStart(12, '0')}`;
  const store_id = `store_${number % 50}`;
  const sequenceNumber = String(number).padStart(56, '4');
  const sale = SaleRecorded.create({
    id: request_id,
    source: 'stores',
    subject: store_id,
    time: new Date(arrivedAtMs - (number % 10) * 60_000).toISOString(),
    data: {
      request_id,
      name: 'Flat White',
      category: 'Coffee',
      store_id,
      sales: (number % 9_999) / 100,
      is_return: number % 10 === 0,
    },
  });
  return {
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: store_id,
      sequenceNumber,
      data: Buffer.from(JSON.stringify(sale)).toString('base64'),
      approximateArrivalTimestamp: arrivedAtMs / 1_000,
    },
    eventSource: 'aws:kinesis',
    eventVersion: '1.0',
    eventID: `shardId-000000000000:${sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    invokeIdentityArn: 'arn:aws:iam::000000000000:role/consumer',
    awsRegion: 'us-east-1',
    eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/events',
  };
};

/**
 * Microseconds of CPU for each sale of a full window of one shard, its state passed on as text from invocation to
 * invocation as Lambda does, and concluded at its end; after another such window to warm up.
 */
export async function measureWindow(): Promise<number> {
  const batches: KinesisStreamRecord[][] = [];
  for (let first = 0; first < salesAWindow; first += salesABatch) {
    const count = Math.min(salesABatch, salesAWindow - first);
    batches.push(Array.from({ length: count }, (_, place) => record(first + place)));
  }
  const nowhere = async () => {};
  const aggregate = aggregateRevenue({ keep: nowhere }, { send: nowhere }, 60);
  const invoke = async (
    Records: readonly KinesisStreamRecord[],
    stateText: string,
    isFinalInvokeForWindow: boolean,
  ) => {
    const state: object = JSON.parse(stateText);
    const batch: WindowBatch = {
      Records,
      window,
      state,
      shardId: 'shardId-000000000000',
      isFinalInvokeForWindow,
      isWindowTerminatedEarly: false,
    };
    return JSON.stringify((await aggregate(batch)).state);
  };
  let microseconds = 0;
  for (let round = 0; round < 2; round++) {
    const before = process.cpuUsage();
    let state = '{}';
    for (const records of batches) state = await invoke(records, state, false);
    await invoke([], state, true);
    const { user, system } = process.cpuUsage(before);
    microseconds = (user + system) / salesAWindow;
  }
  return microseconds;
}
