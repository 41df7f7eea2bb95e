/**
 * How the store is laid out:
 *
 * - `bucket~NAME`: the bucket
 * - `object~BUCKET~KEY\0VERSION`: a version of an object, or a delete marker; the newest of a key comes first
 * - `upload~BUCKET~KEY\0UPLOAD`: a multipart upload
 * - `part~BODY~PART`: the size and the ETag of a part; `BODY` is the id of the upload
 * - `body~BODY~PART~CHUNK`: bytes; a body that came in one piece is the part 0
 * - `garbage~BODY`: a body that nothing refers to any more
 *
 * A bucket's name has no `~`. In a key, the characters 0 and 1 are escaped, so that 0 ends it: then all versions of
 * `a` come before `a!`, and the order is still that of the keys' bytes.
 */
export const bucketEntry = (bucket: string): string => `bucket~${bucket}`;

export const objectsOf = (bucket: string): string => `object~${bucket}~`;
export const uploadsOf = (bucket: string): string => `upload~${bucket}~`;

/** `object~BUCKET~KEY\0`: all versions begin with it. */
export const versionsOf = (bucket: string, key: string): string => `${objectsOf(bucket)}${escaped(key)}\0`;
export const uploadEntry = (bucket: string, key: string, id: string): string =>
  `${uploadsOf(bucket)}${escaped(key)}\0${id}`;

/** Follows all versions of a key, and comes before all other keys that follow it. */
export const afterKey = (bucket: string, key: string): string => `${objectsOf(bucket)}${escaped(key)}\u0001`;

/** The first place where an object whose key begins with `prefix` can lie. */
export const fromPrefix = (bucket: string, prefix: string): string => objectsOf(bucket) + escaped(prefix);

/** Follows all objects whose keys begin with `prefix`. */
export const afterPrefix = (bucket: string, prefix: string): string => {
  const points = Array.from(prefix, (char) => char.codePointAt(0) ?? 0);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    if (last === 0x10ffff) continue;
    const next = last === 0xd7ff ? 0xe000 : last + 1;
    return objectsOf(bucket) + escaped(String.fromCodePoint(...points, next));
  }
  return after(objectsOf(bucket));
};

/** Follows all entries that begin with `start`, which ends with `~` or with the character 0. */
export const after = (start: string): string => `${start.slice(0, -1)}${start.endsWith('~') ? '\u007f' : '\u0001'}`;

/** The key and the version of an object's entry. */
export const readObjectEntry = (bucket: string, entry: string): readonly [key: string, version: string] => {
  const end = entry.indexOf('\0');
  return [unescaped(entry.slice(objectsOf(bucket).length, end)), entry.slice(end + 1)];
};

/** Order of UTF-8, which is the store's; JavaScript compares UTF-16. */
export const later = (a: string, b: string): string => (Buffer.compare(Buffer.from(a), Buffer.from(b)) > 0 ? a : b);

// biome-ignore lint/suspicious/noControlCharactersInRegex: they may stand in a key
const special = /[\0\u0001]/;
const escaped = (key: string): string =>
  special.test(key) ? key.replaceAll('\u0001', '\u0001\u0002').replaceAll('\0', '\u0001\u0001') : key;
const unescaped = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they may stand in a key
  special.test(text) ? text.replace(/\u0001[\u0001\u0002]/g, (pair) => (pair[1] === '\u0001' ? '\0' : '\u0001')) : text;
