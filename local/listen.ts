import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engines/engine.ts';

/** How long a request may take to arrive, and an answer to be taken, once the server closes. */
const graceMs = 1_000;

/**
 * Has the server listen on a free port of 127.0.0.1. Closing finishes the calls that are under way; whoever is silent,
 * or stops in the middle of a request, or of taking its answer, is cut off.
 */
export const listen = async (server: Server): Promise<Engine> => {
  const underWay = new Set<ServerResponse>();
  server.prependListener('request', (_, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    if (!server.listening) response.shouldKeepAlive = false;
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const response of underWay) response.shouldKeepAlive = false;
      const cutOff = setInterval(() => {
        if (![...underWay].some(isBeingAnswered)) server.closeAllConnections();
      }, graceMs);
      await closed;
      clearInterval(cutOff);
    },
  };
};

const isBeingAnswered = ({ req, writableEnded }: ServerResponse): boolean => req.complete && !writableEnded;
