import { createHash } from 'node:crypto';
import { checksumOf } from './checksums.ts';
import { checkSource, checkWrite } from './conditions.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { checksumHeaders, readObjectHeaders } from './object-headers.ts';
import type { Draft, StoredObject } from './objects.ts';
import { versionHeaders } from './read-object.ts';
import { decoded, headerOf, type S3Answer, type S3Request } from './request.ts';
import type { S3Stores } from './stores.ts';
import { document, elements } from './xml.ts';

export const putObject = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const { bytes, md5, checksum } = request.payload;
  const bucket = stores.buckets.get(request.bucket);
  checkConditions(stores, request);
  const draft = { body: stores.bodies.put(bytes), etag: md5, headers: readObjectHeaders(request.headers), checksum };
  const object = stores.objects.put(bucket, request.key, draft, now);
  return {
    status: 200,
    headers: { etag: `"${object.etag}"`, ...checksumHeaders(object), ...versionHeaders(bucket, object) },
  };
};

export const deleteObject = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const bucket = stores.buckets.get(request.bucket);
  checkConditions(stores, request);
  const deleted = stores.objects.delete(bucket, request.key, now, request.query.get('versionId'));
  return {
    status: 204,
    headers: { ...versionHeaders(bucket, deleted), ...(deleted.isMarker && { 'x-amz-delete-marker': 'true' }) },
  };
};

export const copyObject = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const bucket = stores.buckets.get(request.bucket);
  const source = readSource(stores, request);
  checkConditions(stores, request);
  const replaces = headerOf(request, 'x-amz-metadata-directive')?.toUpperCase() === 'REPLACE';
  if (source.bucket === request.bucket && source.key === request.key && !source.isVersion && !replaces) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const draft = copied(stores, source.object);
  const headers = replaces ? readObjectHeaders(request.headers) : draft.headers;
  const object = stores.objects.put(bucket, request.key, { ...draft, headers }, now);
  const { checksum } = object;
  return {
    status: 200,
    headers: { ...versionHeaders(bucket, object), ...sourceVersion(stores, source), ...xmlType },
    body: document(
      'CopyObjectResult',
      elements({
        ETag: `"${object.etag}"`,
        LastModified: new Date(object.modified).toISOString(),
        ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
      }),
    ),
  };
};

export const xmlType = { 'content-type': 'application/xml' } as const;

export const checkConditions = (stores: S3Stores, { bucket, key, headers }: S3Request): void => {
  if (headers['if-match'] === undefined && headers['if-none-match'] === undefined) return;
  checkWrite(headers, stores.objects.current(stores.buckets.get(bucket), key));
};

interface Source {
  readonly bucket: string;
  readonly key: string;
  /** Whether the request names one version. */
  readonly isVersion: boolean;
  readonly object: StoredObject;
}

/** `[/]bucket/key[?versionId=…]`, encoded for a URL. */
export const readSource = (stores: S3Stores, request: S3Request): Source => {
  const [path = '', versionId] = (headerOf(request, 'x-amz-copy-source') ?? '').split('?versionId=');
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decoded(path)) ?? [];
  if (bucket === undefined || key === undefined)
    throw invalidArgument('Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
  const object = stores.objects.get(stores.buckets.get(bucket), key, versionId);
  checkSource(request.headers, object);
  return { bucket, key, isVersion: versionId !== undefined, object };
};

const sourceVersion = (stores: S3Stores, { bucket, object }: Source): Record<string, string> => {
  const { 'x-amz-version-id': id } = versionHeaders(stores.buckets.get(bucket), object);
  return id === undefined ? {} : { 'x-amz-copy-source-version-id': id };
};

/** The object in one piece, with the ETag and the checksum of one that was put so. */
const copied = ({ bodies }: S3Stores, { body, etag, headers, checksum }: StoredObject): Draft => {
  const copy = bodies.copy(body);
  if (body.parts === undefined) return { body: copy, etag, headers, checksum };
  const md5 = createHash('md5');
  for (const chunk of bodies.read(copy)) md5.update(chunk);
  if (checksum?.type !== 'COMPOSITE') return { body: copy, etag: md5.digest('hex'), headers, checksum };
  const value = checksumOf(checksum.algorithm, bodies.read(copy));
  return { body: copy, etag: md5.digest('hex'), headers, checksum: { ...checksum, value, type: 'FULL_OBJECT' } };
};
