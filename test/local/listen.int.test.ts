import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from '@jest/globals';
import { listen } from '../../local/listen.ts';
import { eventually } from '../support/eventually.ts';

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

const connectTo = async (url: string, text: string): Promise<Socket> => {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on('error', () => {});
  sockets.push(socket);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
};

it('closes though clients say nothing, stop in the middle of a request, or never take their answer', async () => {
  let requests = 0;
  const large = Buffer.alloc(16 * 1_048_576);
  const server = await listen(
    createServer((request, response) => {
      requests++;
      request.resume().once('end', () => response.end(large));
    }),
  );
  await connectTo(server.url, '');
  await connectTo(server.url, 'POST / HTTP/1.1\r\nHost: x');
  await connectTo(server.url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
  (await connectTo(server.url, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n')).pause();
  await eventually(() => expect(requests).toBe(2));

  await server.close();

  await expect(fetch(server.url)).rejects.toThrow();
}, 5_000);

it('finishes the calls that are under way, and keeps no connection for another', async () => {
  const answers: (() => void)[] = [];
  const server = await listen(createServer((_, response) => void answers.push(() => response.end('done'))));
  const answer = fetch(server.url);
  await eventually(() => expect(answers).toHaveLength(1));

  const closed = server.close();
  await expect(fetch(server.url)).rejects.toThrow();
  answers[0]?.();

  const { headers, status } = await answer;
  expect([status, headers.get('connection')]).toEqual([200, 'close']);
  await closed;
});
