import { endAllOnInterrupt } from './processes.ts';

/** Wrong usage, in the words of `parseArgs`, whose own errors count too. */
export const usageError = (message: string): Error => Object.assign(new Error(message), { code: 'ERR_PARSE_ARGS' });

const isUsageError = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

/** Runs a benchmark to its end: 0 done, 1 failed, 2 wrong usage, with the help, 130 interrupted. */
export async function runBenchmark(help: string, main: () => Promise<void>): Promise<void> {
  const isInterrupted = endAllOnInterrupt();
  try {
    await main();
  } catch (error) {
    process.exitCode = isInterrupted() ? 130 : isUsageError(error) ? 2 : 1;
    if (isUsageError(error)) console.error(`${error.message}\n\n${help}`);
    else if (!isInterrupted()) console.error(error);
  }
}
