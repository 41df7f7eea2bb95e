import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Keys } from '../principals.ts';
import { verifySignature } from '../signature-v4.ts';
import type { Fauxqs, Reply, Request } from './fauxqs.ts';

const mediaType = 'application/x-amz-json-1.0';

/**
 * Whether this is a call to SQS, as every SDK sends it; whatever else comes is taken for S3's, and must be signed so.
 * The type is compared whole: the web framework would take one that only contains it.
 */
export const isCall = ({ method, url, headers }: IncomingMessage) =>
  method === 'POST' && url === '/' && headers['content-type'] === mediaType;

/** AWS's names for the errors that come before a call is understood. */
const errorTypes: Readonly<Record<number, string>> = {
  400: 'SerializationException',
  403: 'InvalidSignatureException',
};

export function refuseCall(reply: Reply, statusCode: number, message: string): void {
  const type = errorTypes[statusCode] ?? 'InternalFailure';
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${type}`, message });
  reply.code(statusCode).header('content-type', mediaType).send(body);
}

/** Lets fauxqs parse a call to SQS only once its signature holds over the body. */
export function requireSignatures({ app }: Fauxqs, keys: Keys): void {
  app.removeContentTypeParser([mediaType, 'application/x-www-form-urlencoded']);
  app.addContentTypeParser(mediaType, { parseAs: 'buffer' }, (request: Request, body: Buffer, done) => {
    if (!isSigned(request, body, keys)) {
      return done(Object.assign(new Error('The request signature is missing or does not match.'), { statusCode: 403 }));
    }
    try {
      done(null, JSON.parse(body.toString()));
    } catch {
      done(Object.assign(new Error('The request body cannot be read.'), { statusCode: 400 }));
    }
  });
}

function isSigned({ raw }: Request, body: Buffer, keys: Keys): boolean {
  const request = {
    method: 'POST',
    rawPath: '/',
    rawQuery: '',
    headers: raw.headers,
    payloadHash: hash('sha256', body),
  };
  const region = process.env.AWS_REGION ?? 'us-east-1';
  const { fault } = verifySignature(request, { keys, region, service: 'sqs', now: Date.now() });
  return fault === undefined;
}
