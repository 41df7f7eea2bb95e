import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Keys } from './principals.ts';

/** A request as its text came over the wire: what is signed is the text, so nothing of it may be decoded before. */
export interface SignedRequest {
  readonly method: string;
  /** The request target up to its first `?`. */
  readonly rawPath: string;
  /** What follows that `?`, or nothing. */
  readonly rawQuery: string;
  /** By lower-case name, as Node gives them. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /**
   * SHA-256 of the body in hex, or what the service lets stand for it (S3: `x-amz-content-sha256`, `UNSIGNED-PAYLOAD`).
   */
  readonly payloadHash: string;
}

/** For whom the request must be signed, with which of the keys, and what time it is (milliseconds since the epoch). */
export interface SignatureScope {
  readonly keys: Keys;
  readonly region: string;
  readonly service: string;
  readonly now: number;
}

/** Why a request is refused. `mismatch` is the one that says: not made with this key, or changed since. */
export type SignatureFault =
  | 'missing'
  | 'incomplete'
  | 'unknownKey'
  | 'wrongScope'
  | 'skewed'
  | 'expired'
  | 'unsignedHeader'
  | 'mismatch';

/** Whose key signed the request, or what is wrong with it; nothing else that it says of itself. */
export type Verification =
  | { readonly accessKeyId: string; readonly fault?: undefined }
  | { readonly fault: SignatureFault; readonly accessKeyId?: undefined };

const algorithm = 'AWS4-HMAC-SHA256';
const maxSkewMs = 15 * 60_000;
const maxExpiresSeconds = 7 * 24 * 3_600;

/**
 * Checks AWS Signature Version 4, in the `Authorization` header or in the query, and tells whose key made it.
 *
 * The canonical request is made of the raw text: one byte changed in path, query, signature or a signed header is a
 * fault, the case of a percent escape included. Every `x-amz-*` header must be signed. S3 signs its path as it stands;
 * every other service signs it normalized and encoded once more.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function verifySignature(request: SignedRequest, scope: SignatureScope): Verification {
  const claim = readClaim(request);
  if (typeof claim === 'string') return { fault: claim };
  const accessKeyId = claim.credential.slice(0, Math.max(0, claim.credential.indexOf('/')));
  const fault = findFault(request, claim, accessKeyId, scope);
  return fault ? { fault } : { accessKeyId };
}

function findFault(
  request: SignedRequest,
  claim: Claim,
  accessKeyId: string,
  scope: SignatureScope,
): SignatureFault | undefined {
  const secretAccessKey = scope.keys.get(accessKeyId);
  const day = claim.date.slice(0, 8);
  const credentialScope = `${day}/${scope.region}/${scope.service}/aws4_request`;
  if (secretAccessKey === undefined) return 'unknownKey';
  if (claim.credential !== `${accessKeyId}/${credentialScope}`) return 'wrongScope';
  const untimely = findUntimeliness(claim, scope.now);
  if (untimely) return untimely;

  const headers = canonicalHeaders(request.headers, claim.signedHeaders);
  if (typeof headers !== 'object') return headers;
  const path = scope.service === 's3' ? request.rawPath : encodedTwice(request.rawPath);
  const canonicalRequest = `${request.method}\n${path}\n${claim.canonicalQuery}\n${headers.text}\n${claim.signedHeaders}\n${request.payloadHash}`;
  const stringToSign = `${algorithm}\n${claim.date}\n${credentialScope}\n${hash('sha256', canonicalRequest)}`;
  const key = signingKey(secretAccessKey, day, scope.region, scope.service);
  const expected = createHmac('sha256', key).update(stringToSign).digest('hex');
  return equal(expected, claim.signature) ? undefined : 'mismatch';
}

/** What the request says of its own signature. */
interface Claim {
  /** `<access key>/<day>/<region>/<service>/aws4_request` */
  readonly credential: string;
  /** Lower-case names, joined by `;`. */
  readonly signedHeaders: string;
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ` */
  readonly date: string;
  /** Seconds; only a signature in the query has one. */
  readonly expires?: string;
  readonly canonicalQuery: string;
}

function readClaim(request: SignedRequest): Claim | SignatureFault {
  const { authorization, 'x-amz-date': date } = request.headers;
  const parameters = request.rawQuery === '' ? [] : request.rawQuery.split('&').map(nameAndValue);
  const inQuery = parameters.some(([name]) => name === 'X-Amz-Signature');
  if (authorization === undefined) return inQuery ? readQuery(parameters) : 'missing';
  if (inQuery || typeof authorization !== 'string' || typeof date !== 'string') return 'incomplete';

  const space = authorization.indexOf(' ');
  if (authorization.slice(0, space) !== algorithm) return 'incomplete';
  const named = authorization
    .slice(space)
    .split(',')
    .map((field) => nameAndValue(field.trim()));
  const fields = new Map(named);
  if (fields.size < named.length) return 'incomplete';
  return complete({
    credential: fields.get('Credential'),
    signedHeaders: fields.get('SignedHeaders'),
    signature: fields.get('Signature'),
    date,
    canonicalQuery: canonicalQuery(parameters),
  });
}

type Parameter = readonly [name: string, value: string];

/** The six parameters of a signed link, each exactly once. */
function readQuery(parameters: readonly Parameter[]): Claim | SignatureFault {
  const own = new Map(parameters.filter(([name]) => name.startsWith('X-Amz-')));
  if (own.get('X-Amz-Algorithm') !== algorithm) return 'incomplete';
  if (parameters.filter(([name]) => own.has(name)).length !== own.size) return 'incomplete';
  const expires = own.get('X-Amz-Expires');
  if (!expires) return 'incomplete';
  return complete({
    credential: own.get('X-Amz-Credential')?.replaceAll('%2F', '/'),
    signedHeaders: own.get('X-Amz-SignedHeaders')?.replaceAll('%3B', ';'),
    signature: own.get('X-Amz-Signature'),
    date: own.get('X-Amz-Date'),
    expires,
    canonicalQuery: canonicalQuery(parameters.filter(([name]) => name !== 'X-Amz-Signature')),
  });
}

function complete(claim: { readonly [Field in keyof Claim]: Claim[Field] | undefined }): Claim | SignatureFault {
  const { credential, signedHeaders, signature, date } = claim;
  return credential && signedHeaders && signature && date ? (claim as Claim) : 'incomplete';
}

function nameAndValue(text: string): Parameter {
  const equals = text.indexOf('=');
  return equals < 0 ? [text, ''] : [text.slice(0, equals), text.slice(equals + 1)];
}

/** Sorted by name and then by value: by their whole text `a-b=` would come before `a=`. */
function canonicalQuery(parameters: readonly Parameter[]): string {
  return parameters
    .map(([name, value]): Parameter => [escaped(name), escaped(value)])
    .sort(([nameA, valueA], [nameB, valueB]) => order(nameA, nameB) || order(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** What a client left unescaped is signed as if it had not; a `+` is a space. */
const escaped = (text: string): string =>
  /[^\w.~%-]/.test(text)
    ? text.replaceAll('+', '%20').replace(/[^\w.~%-]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`)
    : text;

const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function findUntimeliness({ date, expires }: Claim, now: number): SignatureFault | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  if (!parts) return 'incomplete';
  const [, year, month, day, hour, minute, second] = parts;
  const signedAt = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (!(signedAt - maxSkewMs <= now)) return 'skewed';
  if (expires === undefined) return signedAt + maxSkewMs < now ? 'skewed' : undefined;
  const seconds = /^\d{1,6}$/.test(expires) ? Number(expires) : 0;
  if (seconds < 1 || seconds > maxExpiresSeconds) return 'incomplete';
  return signedAt + seconds * 1_000 < now ? 'expired' : undefined;
}

function canonicalHeaders(
  headers: SignedRequest['headers'],
  signedHeaders: string,
): { readonly text: string } | SignatureFault {
  const names = signedHeaders.split(';');
  if (!names.includes('host')) return 'incomplete';
  let text = '';
  for (const name of names) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (value === undefined) return 'mismatch';
    text += `${name}:${typeof value === 'string' ? trimmed(value) : value.map(trimmed).join(',')}\n`;
  }
  for (const name in headers) {
    if (name.startsWith('x-amz-') && !names.includes(name)) return 'unsignedHeader';
  }
  return { text };
}

const trimmed = (value: string) => (value.includes('  ') ? value.replace(/ +/g, ' ') : value).trim();

/**
 * The path as every service but S3 signs it: without empty and dot segments, each segment
 * encoded although it is already.
 */
function encodedTwice(rawPath: string): string {
  const segments: string[] = [];
  for (const segment of rawPath.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(encode(segment));
  }
  const end = segments.length > 0 && rawPath.endsWith('/') ? '/' : '';
  return `/${segments.join('/')}${end}`;
}

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * A key serves a whole day, and each principal has one a service. As key objects, since to make one takes
 * longer than all the rest.
 */
const signingKeys = new Map<string, KeyObject>();

function signingKey(
  secretAccessKey: string,
  ...scope: readonly [day: string, region: string, service: string]
): KeyObject {
  const name = `${secretAccessKey}/${scope.join('/')}`;
  const known = signingKeys.get(name);
  if (known) return known;
  const steps = [...scope, 'aws4_request'];
  const bytes = steps.reduce(
    (previous, step) => createHmac('sha256', previous).update(step).digest(),
    Buffer.from(`AWS4${secretAccessKey}`),
  );
  const key = createSecretKey(bytes);
  if (signingKeys.size >= 256) signingKeys.clear();
  signingKeys.set(name, key);
  return key;
}

function equal(expected: string, actual: string): boolean {
  return (
    actual.length === expected.length && timingSafeEqual(Buffer.from(expected, 'latin1'), Buffer.from(actual, 'latin1'))
  );
}
