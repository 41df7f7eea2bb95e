import { jest } from '@jest/globals';
import fc from 'fast-check';
import { listObjects } from '../../../local/engines/s3-listing.ts';

const key = fc.string({ unit: fc.constantFrom('a', 'B', '/', '-', 'é'), minLength: 1, maxLength: 6 });

/** All pages, continued as fauxqs continues them: after the last object, else after the last common prefix. */
function allPages(keys: readonly string[], request: { prefix: string; delimiter?: string; maxKeys: number }) {
  const objects = new Map(keys.map((key) => [key, { key }]));
  const seen = { keys: [] as string[], prefixes: [] as string[] };
  let startAfter = '';
  for (let page = 0; page <= keys.length; page++) {
    const { objects: listed, commonPrefixes, isTruncated } = listObjects(objects, { ...request, startAfter });
    expect(listed.length + commonPrefixes.length).toBeLessThanOrEqual(request.maxKeys);
    seen.keys.push(...listed.map((object) => object.key));
    seen.prefixes.push(...commonPrefixes);
    if (!isTruncated) return seen;
    startAfter = listed.at(-1)?.key ?? commonPrefixes.at(-1) ?? '';
  }
  throw new Error('the pages do not end');
}

it('shows every key and every common prefix exactly once, in order, whatever the size of a page', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 30 }),
      fc.constantFrom('', 'a', 'a/', 'B'),
      fc.constantFrom(undefined, '/', '-'),
      fc.integer({ min: 1, max: 7 }),
      (keys, prefix, delimiter, maxKeys) => {
        const inPrefix = keys.filter((key) => key.startsWith(prefix)).sort();
        const groupOf = (key: string) => {
          const end = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
          return end < 0 ? undefined : key.slice(0, end + 1);
        };
        const seen = allPages(keys, { prefix, delimiter, maxKeys });
        expect(seen.keys).toEqual(inPrefix.filter((key) => groupOf(key) === undefined));
        expect(seen.prefixes).toEqual([...new Set(inPrefix.map(groupOf).filter((group) => group !== undefined))]);
      },
    ),
    { numRuns: 1_000 },
  );
});

it('shows nothing, and says that it is all, where no key is asked for', () => {
  expect(listObjects(new Map([['a', { key: 'a' }]]), { maxKeys: 0 })).toEqual({
    objects: [],
    commonPrefixes: [],
    isTruncated: false,
  });
});

it('shows what came and what went since the last listing, whole prefixes among it', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ key, isNew: fc.boolean() }), { maxLength: 60 }), (changes) => {
      const objects = new Map([['a/', { key: 'a/' }]]);
      for (const { key, isNew } of changes) {
        if (isNew) objects.set(key, { key });
        else objects.delete(key);
        for (const request of [{}, { delimiter: '/' }]) {
          expect(listObjects(objects, request)).toEqual(listObjects(new Map(objects), request));
        }
      }
      objects.clear();
      expect(listObjects(objects, {}).objects).toEqual([]);
    }),
  );
});

it("goes through all of a bucket's keys for the first page, and never again", () => {
  const objects = new Map(['d', 'b/1', 'b/2', 'c', 'a'].map((key) => [key, { key }]));
  const keys = jest.spyOn(objects, 'keys');
  listObjects(objects, { maxKeys: 1 });
  objects.set('b', { key: 'b' });
  objects.delete('c');
  const { objects: listed, commonPrefixes } = listObjects(objects, { delimiter: '/', startAfter: 'a' });
  expect([listed.map(({ key }) => key), commonPrefixes]).toEqual([['b', 'd'], ['b/']]);
  expect(keys).toHaveBeenCalledTimes(1);
});
