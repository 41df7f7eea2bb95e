import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { payloadLimitBytes, RequestTooLarge } from '../../../local/lambda/local-function.ts';
import { probeFunction } from './probe-function.ts';

describe('a handler', () => {
  it('gets the event and answers with its result', async () => {
    const probe = probeFunction('exports.handler = async (event) => ({ got: event.a, n: event.list.length });');

    expect(await probe.call({ a: 'é€😀\u2028"', list: [1, 2] })).toEqual({ got: 'é€😀\u2028"', n: 2 });
  });

  it('gets every JSON value as it was sent, and its answer arrives as it was given', async () => {
    const probe = probeFunction('exports.handler = async (event) => ({ event });');

    await fc.assert(
      fc.asyncProperty(fc.json(), async (payload) => {
        expect((await probe.invoke(payload)).payload).toBe(`{"event":${JSON.stringify(JSON.parse(payload))}}`);
      }),
    );
  });

  it('may answer without a promise', async () => {
    const probe = probeFunction('exports.handler = (event) => event + 1;');

    expect(await probe.call(1)).toBe(2);
  });

  it('that returns nothing answers null, as text', async () => {
    const probe = probeFunction('exports.handler = async (event) => [undefined, () => 1, Symbol("s")][event];');

    expect((await probe.invoke('0')).payload).toBe('null');
    expect((await probe.invoke('1')).payload).toBe('null');
    expect((await probe.invoke('2')).payload).toBe('null');
    expect(await probe.invoke('0')).not.toHaveProperty('functionError');
  });

  it('gets a context with all the fields of Lambda, the memory as text', async () => {
    const probe = probeFunction(
      `exports.handler = async (event, context) => ({
         ...context, keys: Object.keys(context), remaining: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID,
       });`,
      { timeoutMs: 5_000, memoryMb: 256 },
    );

    const context = (await probe.call(
      {},
      { requestId: 'r-1', clientContext: '{"custom":{"a":1}}', traceId: 'Root=1-a' },
    )) as {
      keys: string[];
      remaining: number;
    };

    expect(context).toMatchObject({
      functionName: probe.functionName,
      functionVersion: '$LATEST',
      invokedFunctionArn: probe.functionArn,
      memoryLimitInMB: '256',
      awsRequestId: 'r-1',
      logGroupName: `/aws/lambda/${probe.functionName}`,
      logStreamName: expect.stringMatching(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/),
      clientContext: { custom: { a: 1 } },
      xRayTraceId: 'Root=1-a',
      trace: 'Root=1-a',
    });
    expect(context.keys).toEqual(expect.arrayContaining(['identity', 'tenantId', 'getRemainingTimeInMillis']));
    expect(context.remaining).toBeGreaterThan(4_000);
    expect(context.remaining).toBeLessThanOrEqual(5_000);
  });

  it('gets a request id and a trace id of its own with each invocation', async () => {
    const probe = probeFunction('exports.handler = async (e, c) => [c.awsRequestId, process.env._X_AMZN_TRACE_ID];');

    const [first, second] = (await Promise.all([probe.call(), probe.call()])) as [string[], string[]];

    expect(first[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(first[1]).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
    expect(second[0]).not.toBe(first[0]);
    expect(second[1]).not.toBe(first[1]);
  });
});

describe('a handler that fails', () => {
  it('gives type, message and trace of its error, and keeps its environment', async () => {
    const probe = probeFunction(
      'let n = 0; exports.handler = async () => { if (n++ === 0) throw new RangeError("out of it"); return n; };',
    );

    const error = await probe.fail();

    expect(Object.keys(error)).toEqual(['errorType', 'errorMessage', 'trace']);
    expect(error).toMatchObject({ errorType: 'RangeError', errorMessage: 'out of it' });
    expect(error.trace?.[0]).toBe('RangeError: out of it');
    expect(error.trace?.[1]).toMatch(/^ {4}at .*handler\.cjs:1:\d+\)?$/);
    expect(await probe.call()).toBe(2);
  });

  it.each([
    ["'a text'", { errorType: 'string', errorMessage: 'a text', trace: [] }],
    ['42', { errorType: 'number', errorMessage: '42', trace: [] }],
    ['undefined', { errorType: 'undefined', errorMessage: 'undefined', trace: [] }],
    ['({ a: 1 })', { errorType: 'object', errorMessage: '[object Object]', trace: [] }],
    ['Object.create(null)', { errorType: 'handled', trace: [] }],
  ])('by rejecting with %s, which is no Error, is named by the type of the value', async (value, expected) => {
    const probe = probeFunction(`exports.handler = () => Promise.reject(${value});`);

    expect(await probe.fail()).toMatchObject(expected);
  });

  it('by throwing before it returns a promise fails in the same way', async () => {
    const probe = probeFunction('exports.handler = () => { throw new TypeError("at once"); };');

    expect(await probe.fail()).toMatchObject({ errorType: 'TypeError', errorMessage: 'at once' });
  });

  it('by answering what JSON cannot hold says so, and keeps its environment', async () => {
    const probe = probeFunction(
      'let n = 0; exports.handler = async () => { n++; if (n > 1) return n; const ring = {}; ring.ring = ring; return ring; };',
    );

    expect(await probe.fail()).toMatchObject({ errorMessage: 'Unable to stringify response body' });
    expect(await probe.call()).toBe(2);
  });
});

describe('the ceiling of 6,291,556 bytes', () => {
  it('takes a request that reaches it and refuses one byte more', async () => {
    const probe = probeFunction('exports.handler = async (event) => event.length;');
    const textOf = (bytes: number) => JSON.stringify('x'.repeat(bytes - 2));

    expect((await probe.invoke(textOf(payloadLimitBytes))).payload).toBe(String(payloadLimitBytes - 2));
    await expect(probe.invoke(textOf(payloadLimitBytes + 1))).rejects.toThrow(RequestTooLarge);
  });

  it('counts bytes, not characters', async () => {
    const probe = probeFunction('exports.handler = async (event) => event.length;');

    await expect(probe.invoke(JSON.stringify('é'.repeat(3_200_000)))).rejects.toThrow(RequestTooLarge);
  });

  it('fails a response above it with Function.ResponseSizeTooLarge, and keeps the environment', async () => {
    const probe = probeFunction(
      'let n = 0; exports.handler = async (length) => { n++; return length ? "é".repeat(length / 2) : n; };',
    );

    expect(await probe.fail(payloadLimitBytes)).toEqual({
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
    expect(((await probe.call(payloadLimitBytes - 2)) as string).length).toBe((payloadLimitBytes - 2) / 2);
    expect(await probe.call(0)).toBe(3);
  });
});
