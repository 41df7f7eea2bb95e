import type { IncomingMessage } from 'node:http';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_BODY_BYTES = 10 * 1_024 * 1_024;
/** What is longer still isn't read to its end. */
const MAX_DISCARDED_BYTES = 100 * 1_024 * 1_024;

/**
 * Calls `done` with the whole body, or with `undefined` where it is longer than an API takes: then it was read to its
 * end but not kept, so that the client hears the answer. Never calls it for a request that breaks off.
 */
export const readBody = (message: IncomingMessage, done: (body: Buffer | undefined) => void): void => {
  const { 'content-length': length, 'transfer-encoding': encoding } = message.headers;
  if (encoding === undefined && (length === undefined || length === '0')) {
    done(EMPTY);
    return;
  }
  let chunks: Buffer[] = [];
  let bytes = 0;
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks = [];
    if (bytes > MAX_DISCARDED_BYTES) message.destroy();
  });
  message.on('end', () => {
    if (bytes > MAX_BODY_BYTES) done(undefined);
    else done(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, bytes));
  });
};

const EMPTY = Buffer.alloc(0);
