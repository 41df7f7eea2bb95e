import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Engine } from './engines/engine.ts';

/** Has the server listen on a free port of 127.0.0.1. Closing finishes the calls that are under way. */
export const listen = async (server: Server): Promise<Engine> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
};
