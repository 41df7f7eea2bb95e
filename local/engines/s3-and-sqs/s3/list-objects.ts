import { invalidArgument } from './errors.ts';
import { type ListingRequest, listObjects, listVersions, type Page } from './listing.ts';
import { isMarker, type StoredObject, type Version } from './objects.ts';
import type { S3Answer, S3Request } from './request.ts';
import type { S3Stores } from './stores.ts';
import { xmlType } from './write-object.ts';
import { document, element, elements } from './xml.ts';

const mostKeys = 1_000;
const owner = '<Owner><ID>000000000000</ID><DisplayName>local</DisplayName></Owner>';

/** `ListObjectsV2`, and `ListObjects` where the request has no `list-type`. */
export const answerListing = (stores: S3Stores, request: S3Request): S3Answer => {
  const { query } = request;
  stores.buckets.get(request.bucket);
  const isV2 = query.get('list-type') === '2';
  const token = isV2 ? query.get('continuation-token') : undefined;
  const startAfter = isV2 ? query.get('start-after') : query.get('marker');
  const { about, encode, ...asked } = readListing(request);
  const after = token === undefined ? startAfter : readToken(token);
  const page = listObjects(stores.storage, request.bucket, { ...asked, ...(after !== undefined && { after }) });
  const next = page.isTruncated ? page.last?.key : undefined;
  const position = isV2
    ? {
        KeyCount: page.objects.length + page.commonPrefixes.length,
        ContinuationToken: token,
        NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString('base64url'),
        StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      }
    : { Marker: encode(startAfter ?? ''), NextMarker: next === undefined ? undefined : encode(next) };
  const withOwner = !isV2 || query.get('fetch-owner') === 'true' ? owner : '';
  const contents = page.objects
    .map(
      ({ key, object }) => `<Contents>${elements({ Key: encode(key), ...described(object) })}${withOwner}</Contents>`,
    )
    .join('');
  const xml = about + elements({ ...position, IsTruncated: page.isTruncated }) + contents + prefixes(page, encode);
  return { status: 200, headers: xmlType, body: document('ListBucketResult', xml) };
};

/** `ListObjectVersions`. */
export const answerVersions = (stores: S3Stores, request: S3Request): S3Answer => {
  const { query } = request;
  const bucket = stores.buckets.get(request.bucket);
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('version-id-marker') ?? '';
  if (keyMarker === '' && idMarker !== '')
    throw invalidArgument('A version-id marker cannot be specified without a key marker.');
  const { about, encode, ...asked } = readListing(request);
  const afterEntry = idMarker === '' ? undefined : stores.objects.placeOf(bucket, keyMarker, idMarker);
  const page = listVersions(stores.storage, request.bucket, { ...asked, after: keyMarker, afterEntry });
  const position = elements({
    KeyMarker: encode(keyMarker),
    VersionIdMarker: idMarker,
    NextKeyMarker: page.isTruncated && page.last ? encode(page.last.key) : undefined,
    NextVersionIdMarker: page.isTruncated ? page.last?.versionId : undefined,
    IsTruncated: page.isTruncated,
  });
  const versions = page.objects.map(({ key, object, isLatest }) => {
    const place = elements({ Key: encode(key), VersionId: object.versionId, IsLatest: isLatest });
    return isMarker(object)
      ? `<DeleteMarker>${place}${elements({ LastModified: dateOf(object) })}${owner}</DeleteMarker>`
      : `<Version>${place}${elements(described(object))}${owner}</Version>`;
  });
  const xml = about + position + versions.join('') + prefixes(page, encode);
  return { status: 200, headers: xmlType, body: document('ListVersionsResult', xml) };
};

/** What all listings are asked for, and what they say of it. */
const readListing = ({ bucket, query }: S3Request) => {
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url')
    throw invalidArgument('Invalid Encoding Method specified in Request');
  const encode = encoding === 'url' ? urlEncoded : (text: string) => text;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const maxKeys = Math.min(mostKeys, Number(query.get('max-keys') || mostKeys));
  if (!Number.isInteger(maxKeys) || maxKeys < 0)
    throw invalidArgument('Argument maxKeys must be an integer between 0 and 2147483647');
  const about = elements({
    Name: bucket,
    Prefix: encode(prefix),
    Delimiter: delimiter === '' ? undefined : encode(delimiter),
    EncodingType: encoding,
    MaxKeys: maxKeys,
  });
  return { about, encode, prefix, delimiter, maxKeys } satisfies ListingRequest & Record<string, unknown>;
};

const urlEncoded = (text: string): string => encodeURIComponent(text).replaceAll('%2F', '/');

const readToken = (token: string): string => {
  const text = Buffer.from(token, 'base64url');
  if (text.length === 0 || text.toString('base64url') !== token)
    throw invalidArgument('The continuation token provided is incorrect');
  return text.toString();
};

const described = (object: StoredObject) => ({
  LastModified: dateOf(object),
  ETag: `"${object.etag}"`,
  ChecksumAlgorithm: object.checksum?.algorithm,
  ChecksumType: object.checksum?.type,
  Size: object.body.size,
  StorageClass: 'STANDARD',
});

const dateOf = ({ modified }: Version): string => new Date(modified).toISOString();

const prefixes = ({ commonPrefixes }: Page<Version>, encode: (text: string) => string): string =>
  commonPrefixes.map((prefix) => `<CommonPrefixes>${element('Prefix', encode(prefix))}</CommonPrefixes>`).join('');
