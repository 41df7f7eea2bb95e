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
  { weight: 4, arbitrary: fc.tuple(name, fc.integer({ min: 1, max: 4 })).map((of) => commands.create(...of)) },
  { weight: 24, arbitrary: fc.tuple(name, entry, fc.boolean()).map((of) => commands.put(...of)) },
  {
    weight: 10,
    arbitrary: fc
      .tuple(name, fc.array(entry, { minLength: 1, maxLength: 60, size: 'max' }))
      .map((of) => commands.putMany(...of)),
  },
  {
    weight: 20,
    arbitrary: fc
      .tuple(name, at, fc.constantFrom(...iterators.iteratorTypes), at)
      .map((of) => iterators.openIterator(...of)),
  },
  {
    weight: 40,
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

const shortTimes = fc.constantFrom(1, 500, 1_000, 10_000, 100_000);
const longTimes = fc.constantFrom(300_001, 6 * 3_600_000, 13 * 3_600_000);
const inside = [
  { weight: 10, arbitrary: fc.constant(commands.settle()) },
  { weight: 8, arbitrary: shortTimes.map((ms) => iterators.advance(ms)) },
  { weight: 2, arbitrary: longTimes.map((ms) => iterators.advance(ms)) },
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
  /** Of a run that failed, as its message tells them. */
  readonly seed?: number | undefined;
  readonly path?: string | undefined;
  /** How long to look for fewer commands that fail; @default 10 s */
  readonly shrinkMs?: number;
}

type Step = fc.AsyncCommand<Model, Driver>;

/** Runs random commands on the model and on an implementation. Where they differ, throws with few commands that show it. */
export const checkModel = async (options: ModelRun): Promise<void> => {
  const { openDriver, operations, operationsARun = 400, shrinkMs = 10_000, ...repeat } = options;
  const one = fc.oneof(...everywhere, seldom, ...((await isInside(openDriver)) ? inside : []));
  const size = { minLength: Math.ceil(operationsARun / 2), maxLength: operationsARun, size: 'max' } as const;
  const property = fc.asyncProperty(fc.noShrink(fc.array(one, size)), async (drawn) => {
    let steps = [commands.create('a', 2), ...drawn];
    let failure = await failureOf(openDriver, steps);
    if (!failure) return;
    const deadline = performance.now() + shrinkMs;
    steps = steps.slice(0, failure.at + 1);
    for (let size = steps.length >> 1; size > 0; size >>= 1) {
      for (let at = steps.length - size; at >= 0 && performance.now() < deadline; at -= size) {
        const fewer = steps.toSpliced(at, size);
        const still = await failureOf(openDriver, fewer);
        if (!still) continue;
        failure = still;
        steps = fewer.slice(0, still.at + 1);
      }
    }
    throw new Error(`${failure.error.message}, after:\n${steps.join('\n')}`, { cause: failure.error });
  });
  const numRuns = Math.max(1, Math.ceil(operations / (operationsARun * 0.6)));
  await fc.assert(property, { numRuns, reporter: report, ...repeat });
};

/** Without the commands that were drawn: the error names the few that fail. */
const report = ({ failed, errorInstance, seed, counterexamplePath }: fc.RunDetails<[Step[]]>): void => {
  if (failed) throw new Error(`seed ${seed}, path ${counterexamplePath}: ${(errorInstance as Error).message}`);
};

const isInside = async (openDriver: () => Driver): Promise<boolean> => {
  const driver = openDriver();
  await driver.close();
  return driver.inside !== undefined;
};

/** The first step at which model and implementation differ. */
const failureOf = async (openDriver: () => Driver, steps: readonly Step[]) => {
  const driver = openDriver();
  const model = new Model();
  let at = 0;
  try {
    for (; at < steps.length; at++) {
      const step = steps[at] as Step;
      if (await step.check(model)) await step.run(model, driver);
    }
    return undefined;
  } catch (error) {
    return { at, error: error as Error };
  } finally {
    await driver.close();
  }
};
