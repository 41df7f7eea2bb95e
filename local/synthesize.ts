import { hash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { readAssembly } from './assembly/cloud-assembly.ts';
import { asStartError, StartError } from './start-error.ts';

export interface SynthesizeOptions {
  /** The folder with the app's `cdk.json`; relative paths of the app are relative to the working directory. */
  readonly root: string;
  /** The directory that the cloud assembly goes to; made where it is missing. */
  readonly output: string;
  /** As by `-c key=value`: comes before what cdk.json says. */
  readonly context: Readonly<Record<string, string>>;
  /** Called before the app runs, which takes a second or two. */
  readonly onStart?: () => void;
}

/** What an app is made of; a change of anything else leaves the assembly as it is. */
const sources = ['cdk.json', 'cdk.context.json', 'package-lock.json', 'bin', 'lib', 'lambda', 'domain'];

/**
 * Runs the CDK app of `root` as the CDK's own command does, in a thread that gives its memory back; not at all where
 * `output` was made of the same sources and context. Throws a `StartError` with the app's own words where it fails, or
 * one that names the file which can't be read or written.
 */
export const synthesize = (options: SynthesizeOptions): Promise<void> =>
  synthesizeInto(options).catch((error) => {
    throw asStartError(error);
  });

const synthesizeInto = async (options: SynthesizeOptions): Promise<void> => {
  const root = resolve(options.root);
  const output = resolve(options.output);
  const { file, context: ownContext } = readSettings(root);
  const context = { ...ownContext, ...readContextFile(root), ...options.context };
  const print = fingerprint(root, context);
  const printFile = join(output, 'fingerprint');
  if (existsSync(printFile) && readFileSync(printFile, 'utf8') === print) return;

  options.onStart?.();
  mkdirSync(output, { recursive: true });
  rmSync(printFile, { force: true });
  await runApp(join(root, file), output, context);
  const { errors } = readAssembly(output);
  if (errors.length > 0) throw new StartError(`the app refuses to be synthesized:\n${errors.join('\n')}`);
  removeOldAssets(output);
  writeFileSync(printFile, print);
};

interface Settings {
  readonly file: string;
  readonly context: Readonly<Record<string, unknown>>;
}

const readSettings = (root: string): Settings => {
  const path = join(root, 'cdk.json');
  if (!existsSync(path)) {
    throw new StartError(
      `${root} has no cdk.json: start in the folder of a CDK app, or name an assembly by --assembly`,
    );
  }
  const { app, context = {} } = parse(path) as { app?: string; context?: Record<string, unknown> };
  const file = /^node\s+(\S+)$/.exec(app ?? '')?.[1];
  if (!file) throw new StartError(`${path}: the app must be of the form \`node <file>\`, not ${JSON.stringify(app)}`);
  return { file, context };
};

const readContextFile = (root: string): Record<string, unknown> => {
  const path = join(root, 'cdk.context.json');
  return existsSync(path) ? (parse(path) as Record<string, unknown>) : {};
};

const parse = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new StartError(`${path} can't be read as JSON: ${(error as Error).message}`);
  }
};

const fingerprint = (root: string, context: Readonly<Record<string, unknown>>): string => {
  const files = sources.flatMap((source) => filesIn(join(root, source))).sort();
  const contents = files.map((file) => `${relative(root, file)} ${hash('sha256', readFileSync(file))}`);
  return hash('sha256', [process.version, JSON.stringify(context), ...contents].join('\n'));
};

const filesIn = (path: string): string[] => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) return found ? [path] : [];
  return readdirSync(path, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
};

/** Runs the app. What it prints tells of its failure; its warnings stand in the assembly as well. */
const runApp = async (file: string, output: string, context: Record<string, unknown>): Promise<void> => {
  const worker = new Worker(new URL('./run-app.ts', import.meta.url), {
    workerData: pathToFileURL(file).href,
    env: {
      ...process.env,
      CDK_OUTDIR: output,
      CDK_CONTEXT_JSON: JSON.stringify(context),
      CDK_DEFAULT_ACCOUNT: '000000000000',
      CDK_DEFAULT_REGION: 'us-east-1',
    },
    stdout: true,
    stderr: true,
  });
  const printed = Promise.all([text(worker.stdout), text(worker.stderr)]);
  let failure: unknown;
  worker.on('error', (error) => {
    failure = error;
  });
  const exited = new Promise<number>((done) => worker.once('exit', done));
  const exiting = new Promise<number>((done) => worker.once('message', done));
  const exitCode = (await Promise.race([exiting, exited])) || (await exited);
  if (exitCode === 0) return;
  const lines = (await printed).join('');
  if (failure !== undefined) throw new StartError(`the app could not be synthesized: ${describe(failure)}`);
  throw new StartError(`the app could not be synthesized (exit code ${exitCode})\n${lines.trim()}`);
};

/** The message of an error that was thrown on purpose; of a mistake in the code, also where it happened. */
const describe = (error: unknown): string => {
  const { name, message, stack } = error as Error;
  const isMistake = /^(Type|Reference|Syntax|Range)Error$/.test(name) || message === undefined;
  return isMistake ? (stack ?? String(error)) : message;
};

const dayMs = 24 * 3_600_000;

/**
 * Removes the assets that a synthesis of an earlier day left behind. Younger ones may be those of a runtime that still
 * runs on them.
 */
const removeOldAssets = (output: string): void => {
  const kept = new Set(
    readdirSync(output)
      .filter((name) => name.endsWith('.assets.json'))
      .flatMap((name) => readFileSync(join(output, name), 'utf8').match(/asset\.[0-9a-f]+/g) ?? []),
  );
  for (const name of readdirSync(output)) {
    const isOld = () => Date.now() - statSync(join(output, name)).mtimeMs > dayMs;
    if (name.startsWith('asset.') && !kept.has(name) && isOld()) rmSync(join(output, name), { recursive: true });
  }
};
