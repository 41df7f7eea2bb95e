import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Keys } from './principals.ts';
import { type Verification, verifySignature } from './signature-v4.ts';

/**
 * The body; undefined where it is longer than `limitBytes`: then it was read to its end, so that the
 * client hears the answer.
 */
export const readBody = async (message: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of message) {
    length += chunk.length;
    if (length <= limitBytes) chunks.push(chunk);
  }
  return length > limitBytes ? undefined : Buffer.concat(chunks);
};

/** The path and the query as they came, to the byte. */
export const splitUrl = ({ url = '' }: IncomingMessage): { readonly rawPath: string; readonly rawQuery: string } => {
  const [rawPath = '', rawQuery = ''] = url.split(/\?(.*)/s);
  return { rawPath, rawQuery };
};

/** Whose key signed a request to a service, over its body too, or what is wrong with the signature. */
export const verifyRequest = (
  message: IncomingMessage,
  body: Buffer,
  scope: { readonly keys: Keys; readonly region: string; readonly service: string },
): Verification => {
  const { method = '', headers } = message;
  return verifySignature(
    { method, ...splitUrl(message), headers, payloadHash: hash('sha256', body) },
    { ...scope, now: Date.now() }, // who signs has no other time
  );
};
