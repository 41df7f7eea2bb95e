import fc from 'fast-check';

/** Versions, pages, uploads and parts are named by numbers, which the run maps to those that are there. */
export type Operation =
  | {
      readonly do: 'put';
      readonly key: string;
      readonly body: number;
      readonly when: 'always' | 'absent' | 'same' | 'other';
    }
  | { readonly do: 'get'; readonly key: string; readonly version?: number; readonly range?: readonly [number, number] }
  | { readonly do: 'head' | 'remove'; readonly key: string }
  | { readonly do: 'removeVersion'; readonly key: string; readonly version: number }
  | { readonly do: 'removeMany'; readonly keys: readonly string[] }
  | { readonly do: 'copy'; readonly from: string; readonly to: string }
  | {
      readonly do: 'list' | 'listVersions';
      readonly prefix: string;
      readonly delimiter: string;
      readonly maxKeys: number;
    }
  | { readonly do: 'nextPage'; readonly page: number }
  | { readonly do: 'setVersioning'; readonly status: 'Enabled' | 'Suspended' }
  | { readonly do: 'createUpload'; readonly key: string }
  | { readonly do: 'uploadPart'; readonly upload: number; readonly number: number; readonly body: number }
  | { readonly do: 'complete'; readonly upload: number; readonly leftOut: number }
  | { readonly do: 'abort' | 'listParts'; readonly upload: number }
  | { readonly do: 'settle' | 'restart' };

const keys = ['a', 'a/', 'a/b', 'a/b/c', 'a!', 'a~b', 'a\u0001', 'b/1', 'b/2', 'é/語', '\uffff', '😀', '😀/1'];
const prefixes = ['', 'a', 'a/', 'b/', '😀', 'z'];

/** Of a number: most are small, some take several chunks; 0 is empty. */
export const bodyOf = (number: number): Buffer => {
  const size = number === largeBody ? 5 * 1_048_576 : number % 19 === 18 ? 262_144 + number : number;
  const known = bodies.get(number) ?? Buffer.alloc(size, `${number} `);
  bodies.set(number, known);
  return known;
};
const bodies = new Map<number, Buffer>();
/** A part that need not be the last. */
export const largeBody = 1_000;

const key = fc.constantFrom(...keys);
const small = fc.nat(60);
const which = fc.nat(8);
const listing = {
  prefix: fc.constantFrom(...prefixes),
  delimiter: fc.constantFrom('', '', '/', 'b'),
  maxKeys: fc.constantFrom(1, 2, 3, 1_000),
};

const of = <Name extends Operation['do']>(
  weight: number,
  name: Name,
  fields: Record<string, fc.Arbitrary<unknown>> = {},
) => ({
  weight,
  arbitrary: fc.record({ do: fc.constant(name), ...fields }) as unknown as fc.Arbitrary<Operation>,
});

export const operation: fc.Arbitrary<Operation> = fc.oneof(
  of(120, 'put', { key, body: small, when: fc.constantFrom('always', 'always', 'always', 'absent', 'same', 'other') }),
  of(80, 'get', { key, version: fc.option(which, { nil: undefined, freq: 3 }), range: range() }),
  of(20, 'head', { key }),
  of(40, 'remove', { key }),
  of(25, 'removeVersion', { key, version: which }),
  of(10, 'removeMany', { keys: fc.uniqueArray(key, { minLength: 1, maxLength: 4 }) }),
  of(25, 'copy', { from: key, to: key }),
  of(40, 'list', listing),
  of(25, 'listVersions', listing),
  of(60, 'nextPage', { page: which }),
  of(6, 'setVersioning', { status: fc.constantFrom('Enabled', 'Suspended') }),
  of(10, 'createUpload', { key }),
  of(25, 'uploadPart', { upload: which, number: fc.integer({ min: 1, max: 4 }), body: small }),
  of(12, 'complete', { upload: which, leftOut: fc.nat(4) }),
  of(4, 'abort', { upload: which }),
  of(6, 'listParts', { upload: which }),
  of(1, 'uploadPart', { upload: which, number: fc.constant(1), body: fc.constant(largeBody) }),
  of(40, 'settle'),
  of(2, 'restart'),
);

/** For a process that is killed: the same for the same seed, and nothing ends a turn but that process itself. */
export const operationsOf = (seed: number, count = 10_000): Operation[] =>
  fc.sample(operation, { seed, numRuns: count }).filter((one) => one.do !== 'settle' && one.do !== 'restart');

function range() {
  return fc.option(
    fc.tuple(fc.nat(30), fc.nat(40)).map(([start, more]) => [start, start + more] as const),
    {
      nil: undefined,
      freq: 2,
    },
  );
}
