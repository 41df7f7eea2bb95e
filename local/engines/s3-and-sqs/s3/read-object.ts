import type { Body } from './bodies.ts';
import type { Bucket } from './buckets.ts';
import { isUnchanged } from './conditions.ts';
import { S3Error } from './errors.ts';
import { checksumHeaders, objectHeaders, overriddenHeaders, type Range, readRange } from './object-headers.ts';
import { headerOf, type S3Answer, type S3Request } from './request.ts';
import type { S3Stores } from './stores.ts';

/** Larger bodies are sent piece by piece, as fast as the client takes them. */
const sentAtOnce = 1_048_576;

/** `GetObject` and `HeadObject`. */
export const readObject = (stores: S3Stores, request: S3Request): S3Answer => {
  const { headers, query } = request;
  const bucket = stores.buckets.get(request.bucket);
  const object = stores.objects.get(bucket, request.key, query.get('versionId'));
  const about = { ...objectHeaders(object), ...versionHeaders(bucket, object) };
  if (isUnchanged(headers, object)) return { status: 304, headers: about };

  const { body } = object;
  const part = readPart(stores, body, query.get('partNumber'));
  const range = part ?? readRange(headerOf(request, 'range'), body.size);
  if (range === 'outside') {
    const content = { 'content-range': `bytes */${body.size}` };
    throw new S3Error(416, 'InvalidRange', 'The requested range is not satisfiable', content);
  }
  const { start, end } = range ?? { start: 0, end: body.size };
  const wantsChecksum = !range && headerOf(request, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  return {
    status: range ? 206 : 200,
    headers: {
      ...about,
      ...overriddenHeaders(query),
      ...(wantsChecksum && checksumHeaders(object)),
      ...(range && end > start && { 'content-range': `bytes ${start}-${end - 1}/${body.size}` }),
      ...(part && body.parts !== undefined && { 'x-amz-mp-parts-count': body.parts }),
      'content-length': end - start,
    },
    ...(request.method === 'GET' && { body: contentOf(stores, body, start, end) }),
  };
};

export const versionHeaders = (bucket: Bucket, { versionId }: { versionId?: string }): Record<string, string> =>
  bucket.versioning === undefined || versionId === undefined ? {} : { 'x-amz-version-id': versionId };

const readPart = ({ bodies }: S3Stores, body: Body, asked: string | undefined): Range | undefined => {
  if (asked === undefined) return undefined;
  if (body.parts === undefined && asked === '1') return { start: 0, end: body.size };
  let start = 0;
  for (const { number, size } of body.parts === undefined ? [] : bodies.parts(body.id)) {
    if (number === Number(asked)) return { start, end: start + size };
    start += size;
  }
  throw new S3Error(416, 'InvalidPartNumber', 'The requested partnumber is not satisfiable');
};

const contentOf = ({ bodies }: S3Stores, body: Body, start: number, end: number): S3Answer['body'] => {
  const chunks = bodies.read(body, start, end);
  if (end - start > sentAtOnce) return { chunks, release: bodies.hold(body) };
  return Buffer.concat([...chunks]);
};
