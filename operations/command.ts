import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { StartError } from '../local/start-error.ts';

/** The command line can't be understood; the message names the flag. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The command can't go on; the message says why and what helps. Exit code 1. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/**
 * Reads the arguments by `options`; anything else than these is a `UsageError`. With `--help`, answers undefined once
 * `help` is printed.
 */
export function readArguments<const Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
  help: string,
) {
  try {
    const { values } = parseArgs({ args: [...args], options: { ...options, help: { type: 'boolean', short: 'h' } } });
    if (!('help' in values) || !values.help) return values;
    process.stdout.write(`${help}\n`);
    return undefined;
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.?\s*\n|\. /);
    throw new UsageError(`${sentence}; --help lists the flags`);
  }
}

/** One of `values`, or a `UsageError` that names the flag. */
export function oneOf<const Value extends string>(flag: string, value: string, values: readonly Value[]): Value {
  const found = values.find((each) => each === value);
  if (found !== undefined) return found;
  throw new UsageError(`${flag} takes ${values.join(' or ')}, not ${JSON.stringify(value)}`);
}

/**
 * Runs a command to its end and exits: 0 done, 1 failed, 2 wrong usage, 130 interrupted. The first Ctrl-C aborts the
 * signal, so that `main` finishes what is under way; the second ends at once. Work goes on where nobody reads what it
 * says any more, as behind `| head`.
 */
export async function runCommand(main: (args: readonly string[], signal: AbortSignal) => Promise<void>): Promise<void> {
  const interrupted = new AbortController();
  const onSignal = () => (interrupted.signal.aborted ? process.exit(130) : interrupted.abort());
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  for (const output of [process.stdout, process.stderr]) output.on('error', unlessNobodyReads);
  try {
    await main(process.argv.slice(2), interrupted.signal);
    process.exitCode = interrupted.signal.aborted ? 130 : 0;
  } catch (error) {
    process.stderr.write(`${sentenceOf(error as Error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
  process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
}

const unlessNobodyReads = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error;
};

/** What helps a person: no stack trace for what a service or the network answered. */
export const sentenceOf = (error: Error & { code?: unknown; $metadata?: unknown }): string => {
  if (error instanceof UsageError || error instanceof Stopped || error instanceof StartError) return error.message;
  if (isUnanswered(error)) return 'Nothing answers: is the stack running? Start it by npm start.';
  if (error.$metadata !== undefined || error.name === 'CredentialsProviderError')
    return `${error.name}: ${error.message}`;
  return error.stack ?? String(error);
};

/** Whether nobody listens where the service should be. */
export const isUnanswered = (error: Error & { code?: unknown }): boolean => error.code === 'ECONNREFUSED';
