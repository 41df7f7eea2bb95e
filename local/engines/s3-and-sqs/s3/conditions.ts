import type { IncomingHttpHeaders } from 'node:http';
import { noSuchKey, notImplemented, preconditionFailed } from './errors.ts';
import type { StoredObject } from './objects.ts';

/**
 * Whether a reader has the object already. Throws `PreconditionFailed` if it asked for another state of the object.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-reads.html
 */
export const isUnchanged = (headers: IncomingHttpHeaders, object: StoredObject): boolean => {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (match !== undefined) {
    if (!matches(match, object)) throw preconditionFailed();
  } else if (changedAfter(headers['if-unmodified-since'], object) === true) throw preconditionFailed();
  if (noneMatch !== undefined) return matches(noneMatch, object);
  return changedAfter(headers['if-modified-since'], object) === false;
};

/**
 * Throws unless a write may take the place of `current`.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 */
export const checkWrite = (headers: IncomingHttpHeaders, current: StoredObject | undefined): void => {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers;
  if (noneMatch !== undefined && noneMatch !== '*') throw notImplemented();
  if (noneMatch !== undefined && current) throw preconditionFailed();
  if (match === undefined) return;
  if (!current) throw noSuchKey();
  if (!matches(match, current)) throw preconditionFailed();
};

/** Throws unless the source of a copy is as the request wants it. */
export const checkSource = (headers: IncomingHttpHeaders, source: StoredObject): void => {
  const of = (name: string) => {
    const value = headers[`x-amz-copy-source-if-${name}`];
    return value === undefined ? {} : { [`if-${name}`]: String(value) };
  };
  const conditions = { ...of('match'), ...of('none-match'), ...of('modified-since'), ...of('unmodified-since') };
  if (isUnchanged(conditions, source)) throw preconditionFailed();
};

const matches = (header: string, { etag }: StoredObject): boolean =>
  header.split(',').some((part) => {
    const tag = part.trim().replace(/^W\//, '').replaceAll('"', '');
    return tag === '*' || tag === etag;
  });

/** Undefined where there is no date to compare with; dates have whole seconds. */
const changedAfter = (header: string | undefined, { modified }: StoredObject): boolean | undefined => {
  const date = Date.parse(header ?? '');
  return Number.isNaN(date) ? undefined : Math.floor(modified / 1_000) * 1_000 > date;
};
