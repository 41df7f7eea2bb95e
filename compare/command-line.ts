import { parseArgs } from 'node:util';
import { type Pair, readPairs, sweptPairs } from './pairs.ts';

export interface CommandLine {
  readonly help: boolean;
  readonly orders: number;
  /** Orders a second. */
  readonly rate: number;
  readonly seed: number;
  /** Absent: those of the stack. */
  readonly pairs: readonly Pair[] | undefined;
  readonly sweep: boolean;
  /** Where the picture goes. */
  readonly out: string;
}

/** The command line can't be understood; the message is one line that names the flag. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const help = `Usage: npm run compare-batching -- [flags]

Posts orders to a stack with -c batchingComparison=true, waits until both tables hold them all, and sets what
put-item-1 and put-item-2 cost, took, sent and received side by side. Uses the \`npm start\` that runs in this folder, or
starts a runtime of its own.

  --orders N   how many orders (default 1000; 600 for each pair of a sweep)
  --rate R     orders a second (default 50)
  --seed S     draws other cities, coffees and sizes (default 1)
  --pairs P    batch size and window in seconds of the two, for this run (default 100:30,10:2)
  --sweep      tries ${sweptPairs.length} pairs, or those of --pairs, in virtual time, and draws cost against lag; always on a
               runtime of its own, whose mappings poll as AWS does
  --out FILE   where the picture goes (default .local/batching.svg, .local/batching-sweep.svg)
  --help       shows this`;

/** Reads the arguments. Throws a `UsageError` at whatever makes no sense. */
export const readCommandLine = (args: readonly string[]): CommandLine => {
  const values = parse(args);
  const sweep = values.sweep ?? false;
  const pairs = values.pairs === undefined ? undefined : pairsOf(values.pairs);
  if (pairs && !sweep && pairs.length !== 2) {
    throw new UsageError(
      `--pairs takes two pairs, of put-item-1 and of put-item-2, not ${pairs.length}; --sweep takes any`,
    );
  }
  if (values.out === '') throw new UsageError('--out takes the name of a file');
  return {
    help: values.help ?? false,
    orders: whole('--orders', values.orders ?? (sweep ? '600' : '1000'), 1, 100_000),
    rate: rateOf(values.rate ?? '50'),
    seed: whole('--seed', values.seed ?? '1', 0, 4_294_967_295),
    pairs,
    sweep,
    out: values.out ?? (sweep ? '.local/batching-sweep.svg' : '.local/batching.svg'),
  };
};

const parse = (args: readonly string[]) => {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  try {
    return parseArgs({
      args: joined(args),
      options: {
        orders: text,
        rate: text,
        seed: text,
        pairs: text,
        out: text,
        sweep: flag,
        help: { ...flag, short: 'h' },
      },
    }).values;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.?\s*\n|\. /);
    throw new UsageError(`${sentence}; --help lists the flags`);
  }
};

/** `--rate -5` means a rate of -5, of which more can be said than that it looks like a flag. */
const joined = (args: readonly string[]): string[] => {
  const all: string[] = [];
  for (const arg of args) {
    const last = all.at(-1);
    if (/^-\d/.test(arg) && last?.startsWith('--') && !last.includes('=')) all[all.length - 1] = `${last}=${arg}`;
    else all.push(arg);
  }
  return all;
};

const whole = (flag: string, text: string, least: number, most: number): number => {
  const number = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new UsageError(`${flag} takes a whole number from ${least} to ${most}, not ${JSON.stringify(text)}`);
};

/** A stage of the API takes no more than its throttle. */
const fastest = 5_000;

const rateOf = (text: string): number => {
  const rate = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (rate >= 0.1 && rate <= fastest) return rate;
  throw new UsageError(`--rate takes 0.1 to ${fastest} orders a second, not ${JSON.stringify(text)}`);
};

const pairsOf = (text: string): Pair[] => {
  try {
    return readPairs(text);
  } catch (error) {
    throw new UsageError(`--pairs: ${(error as Error).message}`);
  }
};
