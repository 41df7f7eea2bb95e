import { hash } from 'node:crypto';
import { algorithms, type Checksum } from './checksums.ts';
import { invalidArgument, invalidRequest, malformedXml, notImplemented, S3Error } from './errors.ts';
import { checksumHeaders, readObjectHeaders, readRange } from './object-headers.ts';
import { versionHeaders } from './read-object.ts';
import { headerOf, type S3Answer, type S3Request } from './request.ts';
import type { S3Stores } from './stores.ts';
import type { Upload } from './uploads.ts';
import { checkConditions, readSource, xmlType } from './write-object.ts';
import { contentsOf, document, element, elements, textOf } from './xml.ts';

export const createUpload = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const { bucket, key } = request;
  stores.buckets.get(bucket);
  const checksum = readChecksum(request);
  const headers = readObjectHeaders(request.headers);
  const { id } = stores.uploads.create(bucket, key, { initiated: now, headers, checksum });
  return {
    status: 200,
    headers: {
      ...xmlType,
      ...(checksum && {
        'x-amz-checksum-algorithm': checksum.algorithm,
        'x-amz-checksum-type': checksum.type,
      }),
    },
    body: document('InitiateMultipartUploadResult', elements({ Bucket: bucket, Key: key, UploadId: id })),
  };
};

const readChecksum = (request: S3Request): Upload['checksum'] => {
  const name = headerOf(request, 'x-amz-checksum-algorithm')?.toUpperCase();
  if (name === undefined) return undefined;
  const algorithm = algorithms.find((known) => known === name);
  if (!algorithm)
    throw name === 'CRC64NVME' ? notImplemented() : invalidRequest('Checksum algorithm provided is unsupported.');
  const type: Checksum['type'] =
    headerOf(request, 'x-amz-checksum-type')?.toUpperCase() === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE';
  return { algorithm, type };
};

export const uploadPart = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const upload = openUpload(stores, request);
  const number = Number(request.query.get('partNumber'));
  const part = stores.uploads.putPart(upload, number, request.payload, now);
  const { checksum } = request.payload;
  return { status: 200, headers: { etag: `"${part.md5}"`, ...checksumHeaders({ checksum }) } };
};

/** So much is copied into a part at most, since a part is held in memory. */
const mostCopied = 64 * 1_048_576;

export const uploadPartCopy = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const upload = openUpload(stores, request);
  const { body } = readSource(stores, request).object;
  const asked = headerOf(request, 'x-amz-copy-source-range');
  const range = asked === undefined ? { start: 0, end: body.size } : readRange(asked, body.size);
  if (range === undefined || range === 'outside')
    throw invalidArgument('The x-amz-copy-source-range value must be of the form bytes=first-last');
  if (range.end - range.start > mostCopied) throw new S3Error(400, 'EntityTooLarge', 'The part to copy exceeds 64 MiB');
  const bytes = Buffer.concat([...stores.bodies.read(body, range.start, range.end)]);
  const { md5 } = stores.uploads.putPart(
    upload,
    Number(request.query.get('partNumber')),
    { bytes, md5: hash('md5', bytes), checksum: undefined },
    now,
  );
  const xml = elements({ ETag: `"${md5}"`, LastModified: new Date(now).toISOString() });
  return { status: 200, headers: xmlType, body: document('CopyPartResult', xml) };
};

export const completeUpload = (stores: S3Stores, request: S3Request, now: number): S3Answer => {
  const { bucket: name, key, headers } = request;
  const bucket = stores.buckets.get(name);
  const upload = openUpload(stores, request);
  const named = contentsOf(request.payload.bytes.toString(), 'Part').map((part) => ({
    number: Number(textOf(part, 'PartNumber')),
    etag: textOf(part, 'ETag')?.replaceAll('"', '') ?? '',
  }));
  if (named.length === 0) throw malformedXml();
  const parts = stores.uploads.check(upload, named);
  checkConditions(stores, request);
  const object = stores.objects.put(bucket, key, stores.uploads.complete(name, key, upload, parts), now);
  const { checksum } = object;
  return {
    status: 200,
    headers: { ...xmlType, ...versionHeaders(bucket, object) },
    body: document(
      'CompleteMultipartUploadResult',
      elements({
        Location: `http://${headers.host}/${name}/${encodeURIComponent(key)}`,
        Bucket: name,
        Key: key,
        ETag: `"${object.etag}"`,
        ...(checksum && { [`Checksum${checksum.algorithm}`]: checksum.value, ChecksumType: checksum.type }),
      }),
    ),
  };
};

export const abortUpload = (stores: S3Stores, { bucket, key, query }: S3Request): S3Answer => {
  stores.buckets.get(bucket);
  stores.uploads.abort(bucket, key, query.get('uploadId') ?? '');
  return { status: 204, headers: {} };
};

export const listParts = (stores: S3Stores, request: S3Request): S3Answer => {
  const { bucket, key, query } = request;
  const { id, checksum } = openUpload(stores, request);
  const marker = Number(query.get('part-number-marker') ?? 0);
  const most = Math.min(1_000, Number(query.get('max-parts') ?? 1_000));
  if (!Number.isInteger(marker) || !Number.isInteger(most) || most < 0 || marker < 0)
    throw invalidArgument('max-parts and part-number-marker must be integers');
  const listed: string[] = [];
  let [last, isTruncated] = [0, false];
  for (const { number, size, md5, modified, checksum: value } of stores.bodies.parts(id, marker + 1)) {
    isTruncated = listed.length >= most;
    if (isTruncated) break;
    last = number;
    const about = { PartNumber: number, LastModified: new Date(modified).toISOString(), ETag: `"${md5}"`, Size: size };
    const sum = checksum && element(`Checksum${checksum.algorithm}`, value);
    listed.push(`<Part>${elements(about)}${sum ?? ''}</Part>`);
  }
  const about = elements({
    Bucket: bucket,
    Key: key,
    UploadId: id,
    PartNumberMarker: marker,
    NextPartNumberMarker: last,
    MaxParts: most,
    IsTruncated: isTruncated,
    StorageClass: 'STANDARD',
    ChecksumAlgorithm: checksum?.algorithm,
    ChecksumType: checksum?.type,
  });
  return { status: 200, headers: xmlType, body: document('ListPartsResult', about + listed.join('')) };
};

const openUpload = (stores: S3Stores, { bucket, key, query }: S3Request): Upload => {
  stores.buckets.get(bucket);
  return stores.uploads.get(bucket, key, query.get('uploadId') ?? '');
};
