import fc from 'fast-check';
import * as commands from './commands.ts';
import type { Driver } from './driver.ts';
import * as iterators from './iterator-commands.ts';
import { hashKeys, Model } from './model.ts';

const name = fc.constantFrom('a', 'b');
const at = fc.nat(1_000);
const entry = fc.record({
  key: fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 })),
  hash: fc.option(fc.bigInt({ min: 0n, max: hashKeys - 1n }), { nil: undefined, freq: 5 }),
  data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('base64')),
});
const hours = fc.constantFrom(23, 24, 25, 36, 100, 8_760, 8_761);

const everywhere = [
  { weight: 2, arbitrary: fc.tuple(name, fc.integer({ min: 1, max: 4 })).map((of) => commands.create(...of)) },
  { weight: 12, arbitrary: fc.tuple(name, entry, fc.boolean()).map((of) => commands.put(...of)) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(name, fc.array(entry, { minLength: 1, maxLength: 60, size: 'max' }))
      .map((of) => commands.putMany(...of)),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(name, at, fc.constantFrom(...iterators.iteratorTypes), at)
      .map((of) => iterators.openIterator(...of)),
  },
  {
    weight: 16,
    arbitrary: fc.tuple(at, fc.constantFrom(1, 2, 7, 100, 10_000)).map((of) => commands.read(...of)),
  },
  { weight: 2, arbitrary: fc.tuple(name, at, fc.boolean()).map((of) => iterators.openForeign(...of)) },
  { weight: 1, arbitrary: fc.tuple(name, at, fc.bigInt({ min: 0n, max: 1_000n })).map((of) => commands.split(...of)) },
  { weight: 1, arbitrary: fc.tuple(name, at, at).map((of) => commands.merge(...of)) },
  { weight: 1, arbitrary: fc.tuple(name, fc.integer({ min: 1, max: 12 })).map((of) => commands.scale(...of)) },
  {
    weight: 1,
    arbitrary: fc.tuple(name, hours, fc.boolean()).map(([of, to, isRight]) => commands.retain(of, to, isRight)),
  },
];
const seldom = { weight: 1, arbitrary: name.map((of) => commands.remove(of)) };

const passing = fc.constantFrom(1, 500, 1_000, 60_000, 299_000, 2_000_000, 6 * 3_600_000, 13 * 3_600_000);
const inside = [
  { weight: 8, arbitrary: fc.constant(commands.settle()) },
  { weight: 5, arbitrary: passing.map((ms) => iterators.advance(ms)) },
  { weight: 2, arbitrary: fc.constant(iterators.sweep()) },
  { weight: 1, arbitrary: fc.constant(iterators.restart()) },
  { weight: 1, arbitrary: fc.constant(iterators.crash()) },
];

export interface ModelRun {
  readonly openDriver: () => Driver;
  /** So many commands, about. */
  readonly operations: number;
  /** Of one run, on streams of its own. */
  readonly operationsARun?: number;
  readonly seed?: number;
  /** Whether to look for the fewest commands that fail, which can take minutes. @default false */
  readonly shrink?: boolean;
}

/** Runs random commands on the model and on an implementation; throws where they differ. */
export const checkModel = async ({
  openDriver,
  operations,
  operationsARun = 400,
  seed,
  shrink = false,
}: ModelRun): Promise<void> => {
  const probe = openDriver();
  const isInside = probe.inside !== undefined;
  await probe.close();
  const weighted = [...everywhere, seldom, ...(isInside ? inside : [])];
  const one = fc.oneof(...weighted);
  const size = { minLength: Math.ceil(operationsARun / 2), maxLength: operationsARun, size: 'max' } as const;
  const property = fc.asyncProperty(fc.array(one, size), async (steps) => {
    const driver = openDriver();
    const model = new Model();
    try {
      for (const each of [commands.create('a', 2), ...steps]) if (each.check(model)) await each.run(model, driver);
    } finally {
      await driver.close();
    }
  });
  await fc.assert(property, {
    numRuns: Math.max(1, Math.ceil((operations * 4) / (operationsARun * 3))),
    endOnFailure: !shrink,
    ...(seed === undefined ? {} : { seed }),
  });
};
