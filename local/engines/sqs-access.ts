import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Keys } from '../principals.ts';
import { findSignatureFault } from '../signature-v4.ts';
import type { Fauxqs, Reply, Request } from './fauxqs.ts';

/** SQS is called at `/`, where S3 takes no POST. */
export const isCall = ({ method, url }: IncomingMessage) => method === 'POST' && url === '/';

/** AWS's names for the errors that come before a call is understood. */
const errorTypes: Readonly<Record<number, string>> = {
  400: 'SerializationException',
  403: 'InvalidSignatureException',
};

export function refuseCall(reply: Reply, statusCode: number, message: string): void {
  const type = errorTypes[statusCode] ?? 'InternalFailure';
  const body = JSON.stringify({ __type: `com.amazon.coral.service#${type}`, message });
  reply.code(statusCode).header('content-type', 'application/x-amz-json-1.0').send(body);
}

/** Lets fauxqs parse a call to SQS, and what else it answers at `/`, only once its signature holds over the body. */
export function requireSignatures({ app }: Fauxqs, keys: Keys): void {
  const parse = (type: string, services: readonly string[], read: (text: string) => unknown) => {
    app.removeContentTypeParser(type);
    app.addContentTypeParser(type, { parseAs: 'buffer' }, (request: Request, body: Buffer, done) => {
      if (!services.some((service) => isSigned(request, body, service, keys))) {
        return done(
          Object.assign(new Error('The request signature is missing or does not match.'), { statusCode: 403 }),
        );
      }
      try {
        done(null, read(body.toString()));
      } catch {
        done(Object.assign(new Error('The request body cannot be read.'), { statusCode: 400 }));
      }
    });
  };
  parse('application/x-amz-json-1.0', ['sqs'], JSON.parse);
  parse('application/x-www-form-urlencoded', ['sts', 'sns'], (text) => Object.fromEntries(new URLSearchParams(text)));
}

function isSigned({ raw }: Request, body: Buffer, service: string, keys: Keys): boolean {
  const request = {
    method: 'POST',
    rawPath: '/',
    rawQuery: '',
    headers: raw.headers,
    payloadHash: hash('sha256', body),
  };
  return !findSignatureFault(request, {
    keys,
    region: process.env.AWS_REGION ?? 'us-east-1',
    service,
    now: Date.now(),
  });
}
