import { join } from 'node:path';
import fc from 'fast-check';
import { afterPrefix, fromPrefix, readObjectEntry, versionsOf } from '../../../local/engines/s3-and-sqs/s3/keys.ts';
import { type ListingRequest, listObjects } from '../../../local/engines/s3-and-sqs/s3/listing.ts';
import { openS3Stores, type S3Stores } from '../../../local/engines/s3-and-sqs/s3/stores.ts';
import { Sequence } from '../../../local/engines/s3-and-sqs/sequence.ts';
import { Storage } from '../../../local/storage/storage.ts';
import { scratchFolder } from './scratch.ts';

const key = fc.string({
  unit: fc.constantFrom('a', 'B', '/', '-', 'é', '\u0001', '😀', '\uffff'),
  minLength: 1,
  maxLength: 6,
});
const order = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

let storage: Storage;
let stores: S3Stores;
let buckets = 0;
beforeAll(() => {
  storage = new Storage({ path: join(scratchFolder(), 'store.sqlite') });
  stores = openS3Stores(storage, new Sequence(storage));
});
afterAll(() => storage.close());

/** A bucket with these keys. */
const holding = (keys: readonly string[]): string => {
  const name = `bucket-${buckets++}`;
  stores.buckets.create(name, 0);
  const bucket = stores.buckets.get(name);
  for (const one of keys) {
    const body = stores.bodies.put(Buffer.from(one));
    stores.objects.put(bucket, one, { body, etag: '', headers: {} }, 0);
  }
  return name;
};

const allPages = (bucket: string, request: ListingRequest & { maxKeys: number }) => {
  const seen = { keys: [] as string[], prefixes: [] as string[] };
  for (let after = ''; ; ) {
    const page = listObjects(storage, bucket, { ...request, after });
    expect(page.objects.length + page.commonPrefixes.length).toBeLessThanOrEqual(request.maxKeys);
    seen.keys.push(...page.objects.map((object) => object.key));
    seen.prefixes.push(...page.commonPrefixes);
    if (!page.isTruncated || !page.last) return seen;
    after = page.last.key;
  }
};

it('shows every key and every common prefix exactly once, in order, whatever the size of a page', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { maxLength: 30 }),
      fc.constantFrom('', 'a', 'a/', 'B', '\uffff'),
      fc.constantFrom(undefined, '/', '-', '😀'),
      fc.integer({ min: 1, max: 7 }),
      (keys, prefix, delimiter, maxKeys) => {
        const inPrefix = keys.filter((one) => one.startsWith(prefix)).sort(order);
        const groupOf = (one: string) => {
          const end = delimiter ? one.indexOf(delimiter, prefix.length) : -1;
          return end < 0 ? undefined : one.slice(0, end + (delimiter?.length ?? 0));
        };
        const seen = allPages(holding(keys), { prefix, ...(delimiter && { delimiter }), maxKeys });
        expect(seen.keys).toEqual(inPrefix.filter((one) => groupOf(one) === undefined));
        expect(seen.prefixes).toEqual([...new Set(inPrefix.map(groupOf).filter((group) => group !== undefined))]);
      },
    ),
    { numRuns: 500 },
  );
});

it('shows nothing, and says that it is all, where no key is asked for', () => {
  expect(listObjects(storage, holding(['a']), { maxKeys: 0 })).toMatchObject({
    objects: [],
    commonPrefixes: [],
    isTruncated: false,
  });
});

it('goes through the store once for each page, and past a common prefix without reading what it holds', () => {
  const bucket = holding(['b', ...Array.from({ length: 2_000 }, (_, index) => `a/${index}`)]);
  let read = 0;
  const counting = {
    *texts(range: Parameters<Storage['texts']>[0]) {
      for (const entry of storage.texts(range)) {
        read++;
        yield entry;
      }
    },
  };
  const page = listObjects(counting as unknown as Storage, bucket, { delimiter: '/' });
  expect([page.commonPrefixes, page.objects.map((object) => object.key), read]).toEqual([['a/'], ['b'], 2]);
});

it('keeps keys apart and in the order of their bytes, whatever characters they have', () => {
  const any = fc.string({
    unit: fc.constantFrom('\0', '\u0001', '\u0002', '~', 'a', '\ud7ff', '\uffff', '\u{10ffff}'),
  });
  fc.assert(
    fc.property(any, any, (a, b) => {
      expect(readObjectEntry('bucket', versionsOf('bucket', a))[0]).toBe(a);
      expect(Math.sign(order(versionsOf('bucket', a), versionsOf('bucket', b)))).toBe(Math.sign(order(a, b)));
      const inPrefix =
        order(versionsOf('x', b), fromPrefix('x', a)) >= 0 && order(versionsOf('x', b), afterPrefix('x', a)) < 0;
      expect(inPrefix).toBe(b.startsWith(a));
    }),
    { numRuns: 1_000 },
  );
});
