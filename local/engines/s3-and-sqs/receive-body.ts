import type { IncomingMessage } from 'node:http';

const none = Buffer.alloc(0);

/**
 * Calls `done` with the body of a request once it is there; with undefined if it is longer than `limitBytes`. It is then
 * read to its end, so that the client hears the answer. A client that goes away before is not answered.
 */
export const receiveBody = (
  request: IncomingMessage,
  limitBytes: number,
  done: (body: Buffer | undefined) => void,
): void => {
  request.on('error', () => {});
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  if (encoding === undefined && (length === undefined || length === '0')) return void done(none);
  const chunks: Buffer[] = [];
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received <= limitBytes) chunks.push(chunk);
  });
  request.on('end', () => {
    if (received > limitBytes) done(undefined);
    else done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  });
};
