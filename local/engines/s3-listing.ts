import type { StoredObject } from './fauxqs.ts';
import { firstPlace, keysInOrder } from './s3-key-order.ts';

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
 * It takes as long as the page is, however large the bucket; only the first listing of a bucket sorts its keys.
 *
 * fauxqs continues a truncated page after its last object, or after its last common prefix where it has no object. So a
 * page is cut after its last object: what would follow opens the next one.
 */
export function listObjects(objects: Map<string, StoredObject>, request: ListingRequest): Listing {
  const { prefix = '', delimiter, maxKeys = 1_000 } = request;
  const after = request.startAfter || request.marker || '';
  const keys = keysInOrder(objects);
  const listed: StoredObject[] = [];
  const groups: string[] = [];
  let isTruncated = false;

  let place = firstPlace(keys, (key) => key > after && key >= prefix);
  for (let key = keys[place]; key?.startsWith(prefix); key = keys[place]) {
    const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    const group = delimiter && end >= 0 ? key.slice(0, end + delimiter.length) : undefined;
    if (group !== after && listed.length + groups.length >= maxKeys) {
      isTruncated = maxKeys > 0;
      break;
    }
    if (group === undefined) {
      listed.push(objects.get(key) as StoredObject);
      place++;
    } else {
      if (group !== after) groups.push(group);
      place = firstPlace(keys, (other) => other > group && !other.startsWith(group), place);
    }
  }

  const last = listed.at(-1)?.key;
  const commonPrefixes = groups.filter((group) => !isTruncated || last === undefined || group < last);
  return { objects: listed, commonPrefixes, isTruncated };
}
