import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import * as numbers from '../../../local/engines/kinesis-numbers.ts';

/**
 * Compares our arithmetic with kinesalite's own, which only a thread of Node's own may load; throws where they differ.
 */
const kinesalite = createRequire(import.meta.url)('kinesalite/db');

const time = fc.integer({ min: 0, max: 4_000_000_000_000 });
const index = fc.oneof(fc.nat(), fc.bigInt({ min: 0n, max: 0x7fffffffffffffffn }).map(String), fc.constant(null));
const parts = fc.record(
  {
    shardCreateTime: time,
    seqIx: index,
    seqTime: fc.option(time),
    shardIx: fc.nat(),
    byte1: fc.constantFrom('00', 'a1'),
  },
  { requiredKeys: ['shardCreateTime'] },
);

function same(ours: unknown, theirs: unknown, of: unknown): void {
  if (!isDeepStrictEqual(ours, theirs))
    throw new Error(`${JSON.stringify(of)}: ${JSON.stringify(ours)} is not ${JSON.stringify(theirs)}`);
}

fc.assert(
  fc.property(parts, (sequence) => {
    const theirs: string = kinesalite.stringifySequence(sequence);
    same(numbers.stringifySequence(sequence), theirs, sequence);
    same(numbers.parseSequence(theirs), { ...kinesalite.parseSequence(theirs) }, theirs);
  }),
  { numRuns: 2_000 },
);

const attempt = (text: string) => {
  try {
    return { ...kinesalite.parseSequence(text) };
  } catch {
    return undefined;
  }
};
fc.assert(
  fc.property(fc.bigInt({ min: 0n, max: 2n ** 190n }), (number) => {
    const ours = numbers.parseSequence(String(number));
    if (ours) same(ours, attempt(String(number)), String(number));
  }),
  { numRuns: 5_000 },
);

fc.assert(
  fc.property(fc.string({ unit: 'grapheme' }), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), (key, bound) => {
    const ours = numbers.partitionKeyToHashKey(key).comparedTo(String(bound));
    same(ours, kinesalite.partitionKeyToHashKey(key).comparedTo(String(bound)), [key, String(bound)]);
    const own = kinesalite.partitionKeyToHashKey(key).toFixed();
    same(numbers.partitionKeyToHashKey(key).comparedTo(own), 0, [key, own]);
  }),
  { numRuns: 2_000 },
);
