import type { IncomingHttpHeaders } from 'node:http';
import { validateHeaderValue } from '../../../http.ts';
import { checksumHeader } from './checksums.ts';
import { invalidArgument } from './errors.ts';
import type { StoredObject } from './objects.ts';

const kept = ['content-disposition', 'content-language', 'cache-control', 'expires'];

/** What of the headers of an upload belongs to the object. */
export const readObjectHeaders = (headers: IncomingHttpHeaders): Record<string, string> => {
  const own: Record<string, string> = { 'content-type': headers['content-type'] ?? 'application/octet-stream' };
  for (const name of kept) if (headers[name] !== undefined) own[name] = String(headers[name]);
  const encodings = (headers['content-encoding'] ?? '').split(',').map((encoding) => encoding.trim());
  const encoding = encodings.filter((name) => name !== '' && name !== 'aws-chunked').join(',');
  if (encoding !== '') own['content-encoding'] = encoding;
  for (const name in headers) if (name.startsWith('x-amz-meta-')) own[name] = String(headers[name]);
  return own;
};

/** What `GetObject` and `HeadObject` answer about an object. */
export const objectHeaders = (object: StoredObject): Record<string, string | number> => ({
  ...object.headers,
  'accept-ranges': 'bytes',
  etag: `"${object.etag}"`,
  'last-modified': new Date(object.modified).toUTCString(),
});

export const checksumHeaders = ({ checksum }: Pick<StoredObject, 'checksum'>): Record<string, string> =>
  checksum ? { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type } : {};

const overrides = ['type', 'language', 'disposition', 'encoding']
  .map((name) => `content-${name}`)
  .concat('cache-control', 'expires');

/** What a link says instead of the object. */
export const overriddenHeaders = (query: ReadonlyMap<string, string>): Record<string, string> => {
  const own: Record<string, string> = {};
  for (const name of overrides) {
    const value = query.get(`response-${name}`);
    if (!value) continue;
    try {
      validateHeaderValue(name, value);
    } catch {
      throw invalidArgument(`response-${name} is not a valid header value.`);
    }
    own[name] = value;
  }
  return own;
};

/** The bytes that a `Range` header asks for, from the first to before the last; undefined if it has no meaning. */
export const readRange = (header: string | undefined, size: number): Range | 'outside' | undefined => {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const count = Math.min(Number(last), size);
    return count === 0 ? 'outside' : { start: size - count, end: size };
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return 'outside';
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) };
};

export interface Range {
  readonly start: number;
  readonly end: number;
}
