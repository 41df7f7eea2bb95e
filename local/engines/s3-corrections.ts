import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Fauxqs, Reply, Request } from './fauxqs.ts';
import { deleteObjects } from './s3-delete-objects.ts';
import { s3ErrorXml } from './s3-error.ts';
import { listObjects } from './s3-listing.ts';
import { isCall, refuseCall } from './sqs-access.ts';

/** Parts of a bucket or an object that fauxqs does not know: it would take a tag set for the object itself. */
const unknownParts = new Set(
  (
    'accelerate acl analytics cors encryption intelligent-tiering inventory legal-hold location logging metrics ' +
    'notification object-lock ownershipControls policy policyStatus publicAccessBlock replication requestPayment ' +
    'restore retention select tagging torrent versioning versions website'
  ).split(' '),
);

/** What the presigner puts into a link so that the answer says otherwise than the object. */
const overrides = ['type', 'language', 'disposition', 'encoding']
  .map((name) => `content-${name}`)
  .concat('cache-control', 'expires');

/** The content types of S3 requests, which Fastify must not see: it would parse one, and refuse another. */
const contentTypes = new WeakMap<IncomingMessage, string>();

/** Prepares an S3 request for fauxqs's router. */
export function hideContentType(request: IncomingMessage): void {
  const { headers } = request;
  if (headers['content-type'] === undefined) return;
  contentTypes.set(request, headers['content-type']);
  headers['content-type'] = 'application/octet-stream';
}

/** Makes fauxqs answer as S3 does where a user of S3 would notice. */
export function correctS3({ app, s3 }: Fauxqs): void {
  s3.listObjects = (bucket, request) => {
    const objects = s3.buckets.get(bucket);
    return objects ? listObjects(objects, request) : Object.getPrototypeOf(s3).listObjects.call(s3, bucket, request);
  };
  app.addHook('preHandler', (request, reply, done) => {
    if (isCall(request.raw)) return done();
    const refusal = prepare(request);
    if (refusal) return refuse(reply, ...refusal);
    if (request.method === 'POST' && hasParameter(request, 'delete')) return deleteObjects(request, reply, s3);
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.raw.url?.includes('response-')) override(request, reply);
    done(null, payload);
  });
}

/** Errors that fauxqs left to its web framework, in the words of the service that was called. */
export function answerErrors({ app }: Fauxqs): void {
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const { statusCode = 500, message } = error;
    if (isCall(request.raw)) refuseCall(reply, statusCode, message);
    else if (statusCode === 413) refuseLarge(request, reply);
    else if (statusCode < 500) refuse(reply, statusCode, 'InvalidRequest', 'The request cannot be read');
    else refuse(reply, 500, 'InternalError', 'We encountered an internal error. Please try again.');
  });
}

/** Hears the client out first: one that still sends would find its connection reset, and not the answer. */
function refuseLarge({ raw }: Request, reply: Reply): void {
  raw.once('end', () => refuse(reply, 400, 'EntityTooLarge', 'Your proposed upload exceeds 11 MiB')).resume();
}

type Refusal = readonly [status: number, code: string, message: string];

function refuse(reply: Reply, ...[status, code, message]: Refusal): void {
  reply.code(status).header('content-type', 'application/xml').send(s3ErrorXml(code, message));
}

function prepare(request: Request): Refusal | undefined {
  const { headers, method } = request;
  const contentType = contentTypes.get(request.raw);
  if (contentType !== undefined) headers['content-type'] = contentType;

  const digest = String(headers['x-amz-content-sha256'] ?? '');
  const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  if (digest.length === 64 && digest !== hash('sha256', body)) {
    const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
    return [400, 'XAmzContentSHA256Mismatch', message];
  }
  const parts = Object.keys(request.query as object);
  const reads = method === 'GET' || method === 'HEAD';
  if (parts.some((part) => unknownParts.has(part) || (reads && (part === 'uploads' || part === 'uploadId')))) {
    return [501, 'NotImplemented', 'A header or query you provided requested a function that is not implemented.'];
  }
  if (digest.startsWith('STREAMING-')) headers['content-encoding'] ??= 'aws-chunked';
  if (!reads) request.body = body;
  return undefined;
}

function override(request: Request, reply: Reply): void {
  if (reply.statusCode !== 200 && reply.statusCode !== 206) return;
  const query = request.query as Record<string, string>;
  for (const header of overrides) {
    const value = query[`response-${header}`];
    if (value) reply.header(header, value);
  }
}

const hasParameter = (request: Request, name: string) => name in (request.query as object);
