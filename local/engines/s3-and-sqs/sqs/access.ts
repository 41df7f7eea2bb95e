import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Keys } from '../../../principals.ts';
import { verifySignature } from '../../../signature-v4.ts';

export const mediaType = 'application/x-amz-json-1.0';

/**
 * Whether this is a call to SQS, as every SDK sends it; whatever else comes is taken for S3's, and must be signed so.
 */
export const isCall = ({ method, url, headers }: IncomingMessage) =>
  method === 'POST' && url === '/' && headers['content-type'] === mediaType;

/** Whether a call is signed with one of the keys, its body included. */
export const isSigned = ({ headers }: IncomingMessage, body: Buffer, keys: Keys): boolean => {
  const request = { method: 'POST', rawPath: '/', rawQuery: '', headers, payloadHash: hash('sha256', body) };
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const { fault } = verifySignature(request, { keys, region, service: 'sqs', now: Date.now() });
  return fault === undefined;
};
