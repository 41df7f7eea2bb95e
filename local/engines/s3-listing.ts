import type { StoredObject } from './fauxqs.ts';

export interface ListingRequest {
  readonly prefix?: string;
  readonly delimiter?: string;
  readonly maxKeys?: number;
  readonly startAfter?: string;
  readonly marker?: string;
}

export interface Listing {
  readonly objects: readonly StoredObject[];
  readonly commonPrefixes: readonly string[];
  readonly isTruncated: boolean;
}

/**
 * One page of a bucket in the order of its keys, so that page after page shows every key and every common prefix once.
 *
 * fauxqs continues a truncated page after its last object, or after its last common prefix where it has no object. So a
 * page is cut after its last object: what would follow opens the next one.
 */
export function listObjects(objects: ReadonlyMap<string, StoredObject>, request: ListingRequest): Listing {
  const { prefix = '', delimiter, maxKeys = 1_000 } = request;
  const after = request.startAfter || request.marker || '';
  const listed: StoredObject[] = [];
  const groups = new Set<string>();
  let isTruncated = false;

  for (const key of [...objects.keys()].filter((key) => key > after && key.startsWith(prefix)).sort()) {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const group = delimiter && end >= 0 ? key.slice(0, end + delimiter.length) : undefined;
    if (group !== undefined && (groups.has(group) || group === after)) continue;
    if (listed.length + groups.size >= maxKeys) {
      isTruncated = maxKeys > 0;
      break;
    }
    const object = objects.get(key);
    if (group !== undefined) groups.add(group);
    else if (object) listed.push(object);
  }

  const last = listed.at(-1)?.key;
  const commonPrefixes = [...groups].filter((group) => !isTruncated || last === undefined || group < last);
  return { objects: listed, commonPrefixes, isTruncated };
}
