import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { ApiServer } from '../../../local/api-gateway/api-server.ts';
import { systemClock } from '../../../local/clock.ts';
import { RequestTooLarge } from '../../../local/lambda/local-function.ts';
import { apiResources, type StartedApi, startApi } from './start-api.ts';

const orders = apiResources({ 'ANY /order': {} });

/** Sends text or bytes as they are and resolves with what came back once the connection has ended. */
const sendRaw = (api: StartedApi, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(api.port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

const works = async (api: StartedApi) => expect((await fetch(`${api.url}/order`)).status).toBe(200);

describe('an API’s server', () => {
  it.each([
    ['a word', 'hello\r\n\r\n'],
    ['a broken request line', 'GET\r\n\r\n'],
    ['a method that is none', 'EAT /prod/order HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a header without a name', 'GET /prod/order HTTP/1.1\r\nHost: x\r\n: y\r\n\r\n'],
    ['a length that is none', 'POST /prod/order HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    ['two lengths', 'POST /prod/order HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a chunk size that is none', 'POST /prod/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n'],
    ['the greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00'],
  ])('answers %s by 400 and lives on', async (_name, text) => {
    const api = await startApi(orders);
    expect(await sendRaw(api, text)).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n[^{]*\r\n\r\n\{"message":"Bad Request"\}$/,
    );
    await works(api);
  });

  it('answers a request by its own answer, whatever comes behind it', async () => {
    const api = await startApi(orders, () => ({ statusCode: 202, body: 'taken' }));
    const taken = 'POST /prod/order HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody';
    const answer = await sendRaw(api, `${taken}${taken} and more than it said\r\n\r\n`);

    expect(answer.match(/HTTP\/1\.1 \d+|taken|Connection: [\w-]+/g)).toEqual([
      ...['HTTP/1.1 202', 'Connection: keep-alive', 'taken'],
      ...['HTTP/1.1 202', 'Connection: close', 'taken'],
    ]);
    expect(api.events).toHaveLength(2);
  });

  it('survives a client that goes away in the middle of its body', async () => {
    const api = await startApi(orders);
    const socket = connect(api.port, '127.0.0.1');
    await new Promise<void>((resolve) => {
      socket.write('POST /prod/order HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf', () => resolve());
    });
    socket.destroy();
    await works(api);
    expect(api.events).toHaveLength(1);
  });

  it('answers more than 10,240 bytes of headers by 431', async () => {
    const api = await startApi(orders);
    const response = await fetch(`${api.url}/order`, { headers: { 'X-Long': 'x'.repeat(10_240) } });
    expect(response.status).toBe(431);
    expect(await sendRaw(api, `GET /prod/order HTTP/1.1\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 431 /,
    );
    expect(api.events).toHaveLength(0);
    await works(api);
  });

  it.each([
    ['as one', () => Buffer.alloc(10_485_761, 'x')],
    [
      'in chunks',
      () =>
        new ReadableStream({
          pull: (controller) => controller.enqueue(Buffer.alloc(1_048_576, 'x')),
        }).pipeThrough(limit(11)),
    ],
  ])('answers a body of more than 10 MB %s by 413', async (_name, body) => {
    const api = await startApi(orders);
    const response = await fetch(`${api.url}/order`, { method: 'POST', body: body(), duplex: 'half' });
    expect([response.status, await response.text()]).toEqual([413, '{"message":"Request Too Long"}']);
    expect(api.events).toHaveLength(0);
    await works(api);
  });

  it('hangs up on a body that does not end', async () => {
    const api = await startApi(orders);
    const socket = connect(api.port, '127.0.0.1');
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.on('error', () => {}); // the reset that is waited for
    const chunk = Buffer.concat([Buffer.from('400000\r\n'), Buffer.alloc(4_194_304, 'x'), Buffer.from('\r\n')]);
    let sent = 0;
    const sendMore = (refused?: Error | null): void => {
      if (refused) return;
      sent += 1;
      if (sent < 500) socket.write(chunk, sendMore);
    };
    socket.write('POST /prod/order HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n', sendMore);

    await ended;

    expect(sent).toBeGreaterThan(20);
    expect(sent).toBeLessThan(500);
    await works(api);
  });

  it('answers a body that is too long for a function by 413', async () => {
    const api = await startApi(orders, () => {
      throw new RequestTooLarge();
    });
    const response = await fetch(`${api.url}/order`, { method: 'POST', body: 'x'.repeat(7_000_000) });
    expect([response.status, await response.text()]).toEqual([413, '{"message":"Request Too Long"}']);
  });

  it('has its address, but nothing to say, before the API is complete', async () => {
    const server = await ApiServer.listen(0, systemClock);
    expect((await fetch(`${server.origin}/prod/order`, { method: 'POST', body: 'x' })).status).toBe(503);
    await server.close();
  });

  it("answers the runtime's own pages beside the API, which never sees them", async () => {
    const api = await startApi(orders, undefined, { pages: new Map([['metrics', async () => ({ functions: [] })]]) });
    const response = await fetch(new URL('/_local/metrics', api.url));
    expect([response.status, await response.text()]).toEqual([200, '{"functions":[]}\n']);
    expect((await fetch(new URL('/_local/nothing', api.url))).status).toBe(404);
    expect(api.events).toHaveLength(0);
  });

  it('listens on 127.0.0.1 only', async () => {
    const server = await ApiServer.listen(0, systemClock);
    expect(server.origin).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await server.close();
  });

  it('answers what is under way before it ends, and takes nothing new', async () => {
    let finish = () => {};
    let arrived = () => {};
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const api = await startApi(orders, async () => {
      arrived();
      await new Promise<void>((resolve) => {
        finish = resolve;
      });
      return { body: 'done' };
    });
    const idle = connect(api.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const underWay = fetch(`${api.url}/order`);
    await arrival;

    const closed = api.close();
    await expect(fetch(`${api.url}/order`)).rejects.toThrow();
    finish();

    const response = await underWay;
    expect([await response.text(), response.headers.get('connection')]).toEqual(['done', 'close']);
    await closed;
  });

  it('ends connections on which nothing is under way at once', async () => {
    const server = await ApiServer.listen(0, systemClock);
    const silent = connect(Number(new URL(server.origin).port), '127.0.0.1');
    await new Promise((resolve) => silent.once('connect', resolve));
    // Leaves a connection open for the next request, and by its answer the silent one is known.
    await fetch(server.origin);

    const ended = new Promise((resolve) => silent.once('close', resolve));
    silent.resume();
    await server.close();
    await ended;
  });

  it('gives the first API the port that was asked for, and says so when it is taken', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
    const { port } = blocker.address() as AddressInfo;
    await expect(startApi(orders, undefined, { takePort: () => port })).rejects.toThrow(`port ${port} is busy`);
    await new Promise((resolve) => blocker.close(resolve));

    const api = await startApi(orders, undefined, { takePort: () => port });
    expect(api.port).toBe(port);
  });
});

/** Ends a stream after so many chunks. */
const limit = (count: number) => {
  let passed = 0;
  return new TransformStream({
    transform: (chunk, controller) => {
      controller.enqueue(chunk);
      passed += 1;
      if (passed === count) controller.terminate();
    },
  });
};
