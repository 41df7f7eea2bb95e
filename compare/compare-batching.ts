import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { comparisonChart, sweepChart } from './charts.ts';
import { type CommandLine, help, readCommandLine, UsageError } from './command-line.ts';

process.env.TZ = 'UTC'; // as on AWS; a worker thread can't set it

const interrupt = new AbortController();
const say = (line: string): void => void process.stderr.write(`${line}\n`);
const fail = (line: string, exitCode: number): never => {
  process.stderr.write(`npm run compare-batching: ${line}\n`);
  process.exit(exitCode);
};

const onSignal = (): void => {
  if (interrupt.signal.aborted) process.exit(130);
  say('stopping; Ctrl-C again ends at once');
  interrupt.abort();
};

const draw = (file: string, picture: string): void => {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, picture);
  console.log(`\ndrawn in ${file}`);
};

const runComparison = async (commandLine: CommandLine): Promise<void> => {
  const { findRunning, startOwn } = await import('./stack.ts');
  const { compare } = await import('./compare.ts');
  const { comparisonText } = await import('./report.ts');
  const running = await findRunning();
  say(
    running ? `using the runtime at ${running.apiUrl}` : 'no runtime is running here: starting one for this comparison',
  );
  const stack = running ?? (await startOwn(say));
  try {
    interrupt.signal.throwIfAborted();
    const comparison = await compare(stack, commandLine, interrupt.signal);
    console.log(`\n${comparisonText(comparison)}`);
    draw(commandLine.out, comparisonChart(comparison));
  } finally {
    await stack.close();
  }
};

const runSweep = async (commandLine: CommandLine): Promise<void> => {
  const { sweep } = await import('./sweep.ts');
  const { sweepText } = await import('./report.ts');
  const startedAt = performance.now();
  const found = await sweep(commandLine, say, interrupt.signal);
  console.log(`\n${sweepText(found, (performance.now() - startedAt) / 1_000)}`);
  draw(commandLine.out, sweepChart(found));
};

try {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine.help) console.log(help);
  else {
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
    await (commandLine.sweep ? runSweep(commandLine) : runComparison(commandLine));
  }
  process.exit(0);
} catch (error) {
  if (error instanceof UsageError) fail(error.message, 2);
  if (interrupt.signal.aborted) process.exit(130);
  const { name, message } = error as Error;
  if (name === 'ComparisonError' || name === 'StartError') fail(message, 1);
  console.error(error);
  process.exit(1);
}
