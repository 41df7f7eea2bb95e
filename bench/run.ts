import { startChild } from './child.ts';
import type { ConsumerJob, ConsumerWork } from './children/consumer-work.ts';
import { assemblyIn, makeFolder, removeFolder } from './folder.ts';
import { coresInUse } from './machine.ts';
import { measureFloor } from './measure/floor.ts';
import { type FunctionWeight, measureFunctions } from './measure/functions.ts';
import { measureRuntime } from './measure/runtime.ts';
import type { Measured } from './report.ts';
import type { Sizes } from './sizes.ts';
import { type Figures, medians } from './statistics.ts';

/** What came of each round, before the medians. */
export interface Rounds {
  readonly runtime: readonly Figures[];
  readonly floor: readonly Figures[];
  /** What others used of the cores just before each round, 0 to 1. */
  readonly othersShare: readonly number[];
}

/**
 * Another round is begun only if it would end within this time; on a slow machine one round says
 * more than half of three.
 */
const roundsMs = 210_000;

/**
 * Measures everything, the runtime and the floor in turns, so that what the machine does besides falls on both.
 * `say` hears what is being done.
 */
export async function measureAll(sizes: Sizes, say: (what: string) => void): Promise<Measured & { rounds: Rounds }> {
  const runtime: Figures[] = [];
  const floor: Figures[] = [];
  const othersShare: number[] = [];
  let functions: readonly FunctionWeight[] = [];
  const started = performance.now();
  const isLast = (round: number) => {
    const elapsedMs = performance.now() - started;
    return round === sizes.rounds || elapsedMs + elapsedMs / round > roundsMs;
  };
  for (let round = 1, last = false; !last; round++) {
    const sayInRound = (what: string) => say(`round ${round}: ${what}`);
    const folder = makeFolder();
    try {
      othersShare.push(await coresInUse());
      runtime.push(await measureRuntime(folder, sizes, sayInRound));
      sayInRound('the floor');
      floor.push(await measureFloor(folder, sizes));
      last = isLast(round);
      if (last) {
        say(`importing every function in ${sizes.imports} fresh processes`);
        functions = await measureFunctions(assemblyIn(folder), sizes.imports);
      }
    } finally {
      removeFolder(folder);
    }
  }
  say('the work of each consumer, without its store');
  const child = startChild<ConsumerJob, ConsumerWork>('consumer-work.ts');
  const consumers = await child.run({ batches: sizes.batches });
  await child.close();
  return {
    sizes,
    runtime: medians(runtime),
    floor: medians(floor),
    functions,
    consumers,
    rounds: { runtime, floor, othersShare },
  };
}
