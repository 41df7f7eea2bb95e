import { readArguments, UsageError } from '../command.ts';

const help = `Usage: npm run produce -- --events N | --seconds N [flags]

Has the producer play store_1 to store_5, and says what their sales come to. Every tenth sale is followed by an
inventory event, which is not counted.

  --events N         so many sales, as fast as they go (1 to 10000000)
  --seconds N        20 sales a second for so long (1 to 86400)
  --late-minutes N   the sales happened during the last N minutes, and arrive now (default 0, up to 10000)
  --help             shows this

Reads .local/outputs.json and .local/env, or the SDK's own variables for an account.`;

/** What `npm run produce --` was told: sales, or seconds. */
export interface CommandLine {
  readonly amount: { readonly events: number } | { readonly seconds: number };
  readonly lateMinutes: number;
}

/** Reads the arguments; undefined once help was shown. Throws a `UsageError` that names the flag. */
export function readCommandLine(args: readonly string[]): CommandLine | undefined {
  const text = { type: 'string' } as const;
  const values = readArguments(args, { events: text, seconds: text, 'late-minutes': text }, help);
  if (!values) return undefined;
  const { events, seconds, 'late-minutes': late = '0' } = values;
  const lateMinutes = integer('--late-minutes', late, 0, 10_000);
  if (events !== undefined && seconds === undefined)
    return { amount: { events: integer('--events', events, 1, 10_000_000) }, lateMinutes };
  if (seconds !== undefined && events === undefined)
    return { amount: { seconds: integer('--seconds', seconds, 1, 86_400) }, lateMinutes };
  throw new UsageError('either --events or --seconds is needed; --help says more');
}

const integer = (flag: string, text: string, min: number, max: number): number => {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new UsageError(`${flag} takes a whole number from ${min} to ${max}, not ${JSON.stringify(text)}`);
};
