import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Answers with JSON text, as DynamoDB does. */
export const sendJson = (response: ServerResponse, status: number, body: string): void => {
  response.writeHead(status, {
    'Content-Type': 'application/x-amz-json-1.0',
    'Content-Length': Buffer.byteLength(body),
    'x-amzn-RequestId': randomUUID(),
  });
  response.end(body);
};

/** The JSON object in the body. Rejects with a `SerializationException` for anything else, and for a longer body. */
export const readJson = async (request: IncomingMessage, mostBytes: number): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw serializationError('The request is too large');
    chunks.push(chunk);
  }
  let input: unknown;
  try {
    input = JSON.parse(Buffer.concat(chunks).toString());
  } catch {}
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw serializationError('The body is no JSON object');
};

const serializationError = (message: string): Error =>
  Object.assign(new Error(message), {
    statusCode: 400,
    body: { __type: 'com.amazon.coral.service#SerializationException', message },
  });
