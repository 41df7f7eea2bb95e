import { type OutgoingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiServer } from '../../../local/api-gateway/api-server.ts';
import { systemClock } from '../../../local/clock.ts';
import { type LocalPages, pagesOrigin } from '../../../local/metrics/local-pages.ts';

const pages: LocalPages = new Map([['metrics', async () => ({ orders: 7 })]]);
const closers: (() => Promise<void> | void)[] = [];
const origins: Record<string, string> = {};
beforeAll(async () => {
  const api = await ApiServer.listen(0, systemClock, pages);
  closers.push(() => api.close());
  origins['beside an API'] = api.origin;
  origins['without one'] = await pagesOrigin({ apiOrigins: new Map(), pages, onClose: (close) => closers.push(close) });
});
afterAll(async () => {
  for (const close of closers) await close();
});

const portOf = (where: string): number => Number(new URL(origins[where] ?? '').port);

/** Asks as a browser does, whatever it takes the server for. */
const ask = async (where: string, headers: OutgoingHttpHeaders, method = 'GET') => {
  const response = await new Promise<Parameters<typeof text>[0] & { statusCode?: number }>((resolve, reject) => {
    request({ host: '127.0.0.1', port: portOf(where), path: '/_local/metrics', method, headers })
      .on('response', resolve)
      .on('error', reject)
      .end();
  });
  const body = await text(response);
  return { status: response.statusCode, body };
};

describe.each(['beside an API', 'without one'])('the pages of the runtime, %s', (where) => {
  it.each(['127.0.0.1', 'localhost', 'LocalHost', '[::1]'])('answer a client that knows them as %s', async (name) => {
    expect(await ask(where, { host: `${name}:${portOf(where)}` })).toEqual({ status: 200, body: '{"orders":7}\n' });
  });

  it.each([
    ['evil.example', 'the same port'],
    ['127.0.0.1.evil.example', 'the same port'],
    ['localhost.', 'the same port'],
    ['0.0.0.0', 'the same port'],
    ['localhost', 'another port'],
    ['localhost', 'no port'],
  ])('refuse a client that takes them for %s with %s', async (name, port) => {
    const host = { 'the same port': `${name}:${portOf(where)}`, 'another port': `${name}:1`, 'no port': name }[port];
    const { status, body } = await ask(where, { host });

    expect(status).toBe(403);
    expect(JSON.parse(body)).toEqual({
      message:
        `Only the hosts 127.0.0.1:${portOf(where)}, localhost:${portOf(where)} and [::1]:${portOf(where)} are answered here: ` +
        'under another name, a web page of a stranger could read this.',
    });
  });

  it('refuse a client that names no host', async () => {
    const socket = connect(portOf(where), '127.0.0.1', () => socket.write('GET /_local/metrics HTTP/1.0\r\n\r\n'));

    expect(await text(socket)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it.each([
    { origin: 'https://evil.example' },
    { origin: 'http://localhost.evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'http://localhost:5173', 'sec-fetch-site': 'cross-site' },
  ])('refuse a web page of another site: %j', async (headers) => {
    for (const method of ['GET', 'HEAD', 'POST']) {
      const { status, body } = await ask(where, { host: `localhost:${portOf(where)}`, ...headers }, method);

      expect(status).toBe(403);
      expect(body).not.toContain('orders');
      if (method === 'GET')
        expect(JSON.parse(body)).toEqual({ message: 'Web pages of other sites are not answered here.' });
    }
  });

  it.each([
    { origin: 'http://localhost:5173', 'sec-fetch-site': 'same-site' },
    { origin: 'http://127.0.0.1:5173' },
    { origin: 'http://[::1]:5173' },
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('answer a page of this machine, and a person: %j', async (headers) => {
    expect((await ask(where, { host: `localhost:${portOf(where)}`, ...headers })).status).toBe(200);
  });
});
