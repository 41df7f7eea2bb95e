import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import type { EngineMessage } from './engine-thread.ts';

/** How long requests may go on once the engine closes; a long poll would otherwise hold it. */
const drainMs = 1_000;

/**
 * Serves an engine's requests on a free port of 127.0.0.1 until the thread that started it says `close`; then finishes
 * the requests under way and calls `closeStore`. `beforeFirst` runs before anybody learns the address.
 *
 * Connections live as long as the client wants them: an SDK that reuses one never finds it closed under its hands.
 */
export async function serveEngine(
  listener: RequestListener,
  closeStore: () => Promise<void>,
  beforeFirst: (url: string) => void = () => {},
): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('An engine runs in a worker thread');

  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }, (request, response) => {
    if (!request.url?.startsWith('/')) return void response.writeHead(400).end(); // the engines throw at an absolute URL
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  port.once('message', async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const deadline = setTimeout(() => server.closeAllConnections(), drainMs);
    await closed;
    clearTimeout(deadline);
    await closeStore();
    process.exit();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeFirst(url);
  port.postMessage({ kind: 'listening', url } satisfies EngineMessage);
}
