import type { Storage } from '../../../storage/storage.ts';
import { after, afterKey, afterPrefix, fromPrefix, later, objectsOf, readObjectEntry, versionsOf } from './keys.ts';
import { isMarker, type StoredObject, type Version } from './objects.ts';

export interface ListingRequest {
  readonly prefix?: string;
  /** Keys that have this after the prefix are listed as one common prefix. */
  readonly delimiter?: string;
  /** The last key or common prefix of the page before. */
  readonly after?: string;
  readonly maxKeys?: number;
}

export interface VersionsRequest extends ListingRequest {
  /** The entry of the last version of the page before, if more versions of that key may follow. */
  readonly afterEntry?: string | undefined;
}

export interface Listed<V> {
  readonly key: string;
  readonly object: V;
  readonly isLatest: boolean;
}

export interface Page<V> {
  readonly objects: readonly Listed<V>[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
  /** What the next page begins after. */
  readonly last: { readonly key: string; readonly versionId?: string } | undefined;
}

/** A page of a bucket's objects, in the order of their keys in UTF-8. It takes as long as the page is. */
export const listObjects = (storage: Storage, bucket: string, request: ListingRequest): Page<StoredObject> =>
  list(storage, bucket, request, true) as Page<StoredObject>;

/** A page of all versions and delete markers; of one key, the newest comes first. */
export const listVersions = (storage: Storage, bucket: string, request: VersionsRequest): Page<Version> =>
  list(storage, bucket, request, false);

/** So many older versions of a key are read before the listing seeks the next key. */
const fewVersions = 16;

const list = (storage: Storage, bucket: string, request: VersionsRequest, onlyCurrent: boolean): Page<Version> => {
  const { prefix = '', delimiter = '', after: done = '', afterEntry, maxKeys = 1_000 } = request;
  const lt = after(objectsOf(bucket));
  const objects: Listed<Version>[] = [];
  const commonPrefixes: string[] = [];
  let last: Page<Version>['last'];
  let keyBefore = afterEntry === undefined ? undefined : newerThan(storage, bucket, afterEntry);
  let from = fromPrefix(bucket, prefix);
  if (afterEntry !== undefined) from = later(from, justAfter(afterEntry));
  else if (done !== '') from = later(from, afterKey(bucket, done));

  const page = (isTruncated: boolean) => ({ objects, commonPrefixes, isTruncated, last });
  if (maxKeys === 0) return page(false);
  for (let next: string | undefined = from; next !== undefined; ) {
    from = next;
    next = undefined;
    let older = 0;
    for (const [entry, text] of storage.texts({ gte: from, lt })) {
      const [key] = readObjectEntry(bucket, entry);
      if (!key.startsWith(prefix)) return page(false);
      const isLatest = key !== keyBefore;
      keyBefore = key;
      if (onlyCurrent && !isLatest) {
        if (++older < fewVersions) continue;
        next = afterKey(bucket, key);
        break;
      }
      older = 0;
      const object = JSON.parse(text) as Version;
      if (onlyCurrent && isMarker(object)) continue;
      const group = groupOf(key, prefix, delimiter);
      if (group !== done && objects.length + commonPrefixes.length >= maxKeys) return page(true);
      if (group === undefined) {
        objects.push({ key, object, isLatest });
        last = { key, versionId: object.versionId };
        continue;
      }
      if (group !== done) {
        commonPrefixes.push(group);
        last = { key: group };
      }
      next = afterPrefix(bucket, group);
      break;
    }
  }
  return page(false);
};

/** The key of an entry, if it still has that version or a newer one. */
const newerThan = (storage: Storage, bucket: string, entry: string): string | undefined => {
  const [key] = readObjectEntry(bucket, entry);
  for (const _ of storage.keys({ gte: versionsOf(bucket, key), lt: justAfter(entry), limit: 1 })) return key;
  return undefined;
};

const justAfter = (entry: string): string => `${entry}\0`;

/** The common prefix that a key is listed under. */
const groupOf = (key: string, prefix: string, delimiter: string): string | undefined => {
  const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
  return end < 0 ? undefined : key.slice(0, end + delimiter.length);
};
