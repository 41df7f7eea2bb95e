import type { FirehoseClient, PutRecordBatchCommand } from '@aws-sdk/client-firehose';
import { describe, expect, it } from '@jest/globals';
import type { Arrived } from '../../../lambda/aggregate-revenue/aggregate-revenue.ts';
import { RevenueStream } from '../../../lambda/stores/revenue-stream.ts';

const arrived = (n: number): Arrived => ({
  storeId: `store_${n}`,
  window: '2026-11-22T10:15:00Z',
  windowEnd: '2026-11-22T10:16:00Z',
  shard: 's0',
  first: '1',
  last: '2',
  arrived: { sales: 1, revenueCents: n, returnsCents: 0 },
  rejected: { sales: 0, revenueCents: 0, returnsCents: 0 },
  duplicates: 0,
});

/** Firehose, which refuses single records of a call where told: the local one never does. */
const firehose = (refuses: (store: string, call: number) => boolean = () => false) => {
  const calls: string[][] = [];
  const taken: string[] = [];
  const send = async ({ input }: PutRecordBatchCommand) => {
    const stores = (input.Records ?? []).map(({ Data }) => JSON.parse(Buffer.from(Data ?? []).toString()).store_id);
    const call = calls.push(stores);
    const RequestResponses = stores.map((store) => {
      if (refuses(store, call)) return { ErrorCode: 'ServiceUnavailableException' };
      taken.push(store);
      return { RecordId: 'r' };
    });
    return { FailedPutCount: 0, RequestResponses };
  };
  return { calls, taken, client: { send } as unknown as FirehoseClient };
};
const all = Array.from({ length: 1_100 }, (_, n) => arrived(n));
const stores = all.map(({ storeId }) => storeId);

describe('the revenue stream', () => {
  it('sends every line, 500 a call at most', async () => {
    const { calls, taken, client } = firehose();
    await new RevenueStream(client, 'lines').send(all);
    expect(calls.map(({ length }) => length)).toEqual([500, 500, 100]);
    expect(taken).toEqual(stores);
  });

  it('sends again what was refused, and nothing else', async () => {
    const { calls, taken, client } = firehose((store, call) => call < 3 && /[05]$/.test(store));
    await new RevenueStream(client, 'lines', 1).send(all.slice(0, 10));
    expect(calls.map(({ length }) => length)).toEqual([10, 2, 2]);
    expect(taken.toSorted()).toEqual(stores.slice(0, 10).toSorted());
  });

  it('fails where Firehose goes on to refuse', async () => {
    const { client } = firehose((store) => store === 'store_3');
    await expect(new RevenueStream(client, 'lines', 1).send(all.slice(0, 10))).rejects.toThrow(
      '1 lines not taken by Firehose',
    );
  });
});
