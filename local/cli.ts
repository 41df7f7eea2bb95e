import { flushCompileCache } from 'node:module';
import { join, resolve } from 'node:path';
import type { CommandLine } from './command-line.ts';
import { forgetEarlierStart } from './earlier-start.ts';
import { asStartError } from './start-error.ts';
import type { LocalStack } from './start-local.ts';

process.env.TZ = 'UTC'; // as on AWS; a worker thread can't set it
const folder = resolve('.local');

/** A signal that comes this soon after the first is the same Ctrl-C: the terminal sends it, and npm passes it on. */
const sameSignalMs = 300;

/** Between two looks whether npm's shell is still there. */
const parentWatchMs = 500;

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const fail = (line: string, exitCode: number): never => {
  process.stderr.write(`${line}\n`);
  process.exit(exitCode);
};

const run = async (commandLine: CommandLine): Promise<void> => {
  if (forgetEarlierStart(process.env))
    print('not used: the endpoints of an earlier start, which this shell has from .local/env');
  const stack = start(commandLine);
  closeOnSignal(stack);
  const started = await stack;
  const { writeLocalFiles } = await import('./local-files.ts');
  const { banner } = await import('./banner.ts');
  try {
    writeLocalFiles(folder, started);
  } catch (error) {
    await started.close();
    throw error;
  }
  print(banner(started, commandLine.dataDir !== undefined));
  print(`ready in ${(performance.now() / 1_000).toFixed(1)} s; Ctrl-C ends it`);
  flushCompileCache(); // before V8 has other flags than the next start will have
  const { tuneV8 } = await import('./v8-tuning.ts');
  tuneV8();
  const { giveMemoryBackAtRest } = await import('./memory-at-rest.ts');
  giveMemoryBackAtRest();
};

const start = async ({ awsPace: atAwsPace, context, ...options }: CommandLine): Promise<LocalStack> => {
  const assembly = options.assembly ?? join(folder, 'assembly');
  if (options.assembly === undefined) {
    const { synthesize } = await import('./synthesize.ts');
    await synthesize({ root: '.', output: assembly, context, onStart: synthesizing });
  }
  const { startLocal } = await import('./start-local.ts');
  const { awsPace, laptopPace } = await import('./pace.ts');
  return startLocal({ ...options, assembly, pace: atAwsPace ? awsPace : laptopPace, log: print });
};

const loadAhead = async (): Promise<void> => {
  await import('./start-local.ts');
  const { loadClients } = await import('./load-clients.ts');
  await loadClients();
};

/** Meanwhile this thread loads what it will need. What can't be loaded fails where it is needed. */
const synthesizing = (): void => {
  print('synthesizing the app …');
  void loadAhead().catch(() => {});
};

/** The first signal closes the stack and exits 0, the second ends at once; so does one before the stack runs. */
const closeOnSignal = (stack: Promise<LocalStack>): void => {
  let running: LocalStack | undefined;
  let closingSince: number | undefined;
  void stack.then(
    (started) => {
      running = started;
    },
    () => {},
  );
  const close = async (started: LocalStack): Promise<void> => {
    closingSince = performance.now();
    print('closing: finishing what is under way; Ctrl-C again ends at once');
    await started.close();
    print('closed');
    process.exit(0);
  };
  const onSignal = (): void => {
    if (!running) process.exit(130);
    if (closingSince === undefined) void close(running).catch(giveUp);
    else if (performance.now() - closingSince > sameSignalMs) process.exit(130);
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal).on('SIGHUP', onSignal);
  onLostParent(onSignal);
};

/** The shell that npm starts ends at SIGTERM without passing it on; the runtime would be left running, unseen. */
const onLostParent = (end: () => void): void => {
  if (process.env.npm_lifecycle_event === undefined) return;
  const { ppid } = process;
  const watch = setInterval(() => {
    if (process.ppid === ppid) return;
    clearInterval(watch);
    end();
  }, parentWatchMs).unref();
};

/** Ends with one line where the caller can do something about it, as about a full disk; otherwise as a defect does. */
const giveUp = (thrown: unknown): void => {
  const error = asStartError(thrown);
  if (error instanceof Error && error.name === 'StartError') fail(`npm start: ${error.message}`, 1);
  console.error(error);
  process.exit(1);
};

process.on('uncaughtException', giveUp);
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {}); // who reads may go first, as `tee`
const { help, readCommandLine, UsageError } = await import('./command-line.ts');
try {
  const commandLine = readCommandLine(process.argv.slice(2));
  if (commandLine.help) print(help);
  else await run(commandLine);
} catch (error) {
  if (error instanceof UsageError) fail(`npm start: ${error.message}`, 2);
  giveUp(error);
}
