import { type InvokeCommand, type LambdaClient, TooManyRequestsException } from '@aws-sdk/client-lambda';
import { describe, expect, it } from '@jest/globals';
import { produce } from '../../../operations/produce/produce.ts';
import { silentProgress } from '../../../operations/progress.ts';

/** A Lambda that hands each request to `answer` and notes it. */
const running = (answer: (request: Record<string, number>) => unknown, functionError?: string) => {
  const requests: Record<string, number>[] = [];
  const send = async ({ input }: InvokeCommand) => {
    const request = JSON.parse(String(input.Payload));
    requests.push(request);
    const text = JSON.stringify(answer(request));
    return { Payload: { transformToString: () => text }, FunctionError: functionError };
  };
  const stop = new AbortController();
  const options = {
    lambda: { send } as unknown as LambdaClient,
    functionName: 'produce',
    progress: silentProgress,
    signal: stop.signal,
  };
  return { requests, options, stop };
};
const sold = ({ events = 0, seconds = 0 }) => ({
  message: { status: true, record_count: events + 20 * seconds, tot_sales: 0.1 },
});

describe('produce', () => {
  it('asks for a few sales at a time and adds up what was sold to the cent', async () => {
    const { requests, options } = running(sold);
    const { message } = await produce({ amount: { events: 1_170 }, lateMinutes: 3 }, options);
    expect(requests.map(({ events }) => events)).toEqual([...Array(11).fill(100), 70]);
    expect(requests.every(({ lateMinutes }) => lateMinutes === 3)).toBe(true);
    expect(message).toEqual({ status: true, record_count: 1_170, tot_sales: 1.2 });
  });

  it('asks for a few seconds at a time', async () => {
    const { requests, options } = running(sold);
    const { message } = await produce({ amount: { seconds: 12 }, lateMinutes: 0 }, options);
    expect(requests.map(({ seconds }) => seconds)).toEqual([5, 5, 2]);
    expect(message.record_count).toBe(240);
  });

  it('stops where the bus refuses something, and says what was sold by then', async () => {
    const refused = { message: { status: false, record_count: 99, tot_sales: 5, error: 'the bus refused 1 events' } };
    const { requests, options } = running(() => refused);
    expect(await produce({ amount: { events: 500 }, lateMinutes: 0 }, options)).toEqual(refused);
    expect(requests).toHaveLength(1);
  });

  it('stops at an interrupt', async () => {
    const { requests, options, stop } = running((request) => {
      stop.abort();
      return sold(request);
    });
    const { message } = await produce({ amount: { events: 500 }, lateMinutes: 0 }, options);
    expect([requests.length, message.record_count]).toEqual([1, 100]);
  });

  it('says in one sentence that the producer failed', async () => {
    const { options } = running(() => ({ errorMessage: 'no bus' }), 'Unhandled');
    expect((await produce({ amount: { events: 5 }, lateMinutes: 0 }, options)).message).toEqual({
      status: false,
      record_count: 0,
      tot_sales: 0,
      error: 'the producer failed: no bus',
    });
  });

  it('adds up what was sold before the producer can’t be reached any more', async () => {
    let invocations = 0;
    const { options } = running((request) => {
      if (++invocations === 3) throw Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
      return sold(request);
    });
    expect((await produce({ amount: { events: 500 }, lateMinutes: 0 }, options)).message).toEqual({
      status: false,
      record_count: 200,
      tot_sales: 0.2,
      error: expect.stringContaining('Nothing answers'),
    });
  });

  it('waits while others have the producer’s concurrency', async () => {
    let invocations = 0;
    const { options } = running((request) => {
      if (++invocations === 2) throw new TooManyRequestsException({ message: 'Rate Exceeded.', $metadata: {} });
      return sold(request);
    });
    expect((await produce({ amount: { events: 200 }, lateMinutes: 0 }, options)).message).toMatchObject({
      status: true,
      record_count: 200,
    });
  });
});
