import { once } from 'node:events';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort } from 'node:worker_threads';
import { createServer } from '../http.ts';
import { giveMemoryBackAtRest } from '../memory-at-rest.ts';
import { accessKeyOf, CallCounts } from '../metrics/call-counts.ts';
import { sessionKeyPrefix } from '../principals.ts';
import type { EngineMessage, EngineRequest } from './engine-thread.ts';
import { type Refusal, refuse } from './refuse.ts';

/** How long requests may go on once the engine closes; a long poll would otherwise hold it. */
const drainMs = 1_000;

/** Which service and which of its actions a request calls. */
export type NameCall = (request: IncomingMessage) => readonly [service: string, action: string];

/**
 * Serves an engine's requests on a free port of 127.0.0.1 until the thread that started it says `close`; then finishes
 * the requests under way and calls `closeStore`. Counts the calls, by the names that `nameCall` gives them.
 * `beforeFirst` runs before anybody learns the address. What `listener` throws at once is answered by 500.
 *
 * Connections live as long as the client wants them: an SDK that reuses one never finds it closed under its hands.
 */
export async function serveEngine(
  listener: RequestListener,
  closeStore: () => Promise<void>,
  nameCall: NameCall,
  beforeFirst: (url: string) => void = () => {},
): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('An engine runs in a worker thread');

  const counts = new CallCounts();
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 }, (request, response) => {
    // The engines throw at an absolute URL.
    if (!request.url?.startsWith('/')) return void response.writeHead(400).end();
    const [service, action] = nameCall(request);
    counts.count(request, response, service, action);
    if (accessKeyOf(request).startsWith(sessionKeyPrefix)) return refuse(service, request, response, session);
    try {
      listener(request, response);
    } catch (error) {
      refuse(service, request, response, defect(error));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const close = async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeIdleConnections();
    const deadline = setTimeout(() => server.closeAllConnections(), drainMs);
    await closed;
    clearTimeout(deadline);
    await closeStore();
    process.exit();
  };
  port.on('message', (request: EngineRequest) => {
    if (request === 'close') void close();
    else port.postMessage({ kind: 'calls', calls: counts.list() } satisfies EngineMessage);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  beforeFirst(url);
  giveMemoryBackAtRest();
  port.postMessage({ kind: 'listening', url } satisfies EngineMessage);
}

/** The engines know no policies, so nobody who is bound by one gets past here. */
const session: Refusal = {
  status: 403,
  code: 'AccessDeniedException',
  message: 'An assumed role opens nothing but the Lambda API here.',
};

/** One request is lost by it, and not the engine: what throws here has done nothing to the data yet. */
const defect = (error: unknown): Refusal => ({
  status: 500,
  code: 'InternalFailure',
  message: error instanceof Error ? error.message : String(error),
});
