import { mkdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import type { CallCount } from '../metrics/call-counts.ts';
import { howToSalvage, StartError } from '../start-error.ts';
import { youngGenerationMb } from '../young-generation.ts';
import type { CountingEngine } from './engine.ts';

/** What the thread of an engine says to the thread that started it; anything else is passed on to `onMessage`. */
export type EngineMessage =
  | { readonly kind: 'listening'; readonly url: string }
  | { readonly kind: 'calls'; readonly calls: readonly CallCount[] };

/** What the thread that started it says to the thread of an engine. */
export type EngineRequest = 'close' | 'calls';

export interface EngineThreadOptions {
  /** The service, as a person would name it. */
  readonly name: string;
  /** The worker's module, which calls `serveEngine`. */
  readonly module: URL;
  /** The engine's folder, and whatever else its worker needs. */
  readonly workerData: { readonly path: string };
  readonly onMessage?: (message: unknown) => void;
  /** @default us-east-1 */
  readonly region?: string | undefined;
  readonly onCrash?: OnCrash;
}

/**
 * Hears that an engine stopped by itself. Without a listener that is an uncaught exception:
 * nothing may go on without it.
 */
export type OnCrash = (error: Error) => void;

/** How long a closing engine may take to finish its requests and to close its files. */
const closeTimeoutMs = 5_000;

/**
 * Starts an engine in a worker thread of its own and resolves once it listens.
 *
 * Throws a `StartError` that names the engine and its folder where it cannot start: most often because another process
 * holds the folder.
 */
export async function startEngineThread(options: EngineThreadOptions): Promise<CountingEngine> {
  const { name, workerData, region = 'us-east-1', onMessage, onCrash = throwUncaught } = options;
  await mkdir(workerData.path, { recursive: true });
  const worker = new Worker(options.module, {
    name,
    workerData,
    // The engines take their account and region from here; nothing else of the environment is theirs.
    env: { AWS_ACCOUNT_ID: '000000000000', AWS_REGION: region, ...compileCache() },
    execArgv: ['--disable-warning=ExperimentalWarning'], // node:sqlite
    resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb },
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let closing: Promise<void> | undefined;
  let cause: Error | undefined;
  let counted: ((calls: readonly CallCount[]) => void)[] = [];
  const answerCounts = (calls: readonly CallCount[]) => {
    for (const answer of counted) answer(calls);
    counted = [];
  };

  const url = await new Promise<string>((resolve, reject) => {
    worker.on('error', (error: Error) => {
      cause = error;
    });
    worker.on('exit', () => reject(startError(name, workerData.path, cause)));
    worker.on('message', (message: EngineMessage) => {
      if (message.kind === 'listening') resolve(message.url);
      else if (message.kind === 'calls') answerCounts(message.calls);
      else onMessage?.(message);
    });
  });
  let gone = false;
  void exited.then(() => {
    gone = true;
    answerCounts([]);
    if (!closing) onCrash(crashOf(name, cause));
  });

  return {
    url,
    calls: () =>
      new Promise((resolve) => {
        if (gone) return resolve([]);
        counted.push(resolve);
        if (counted.length === 1) worker.postMessage('calls' satisfies EngineRequest);
      }),
    close: () => {
      closing ??= stop(worker, exited);
      return closing;
    },
  };
}

/** Where the caller keeps compiled code: an engine then starts in half the time. */
function compileCache(): { NODE_COMPILE_CACHE?: string } {
  const { NODE_COMPILE_CACHE } = process.env;
  return NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {};
}

async function stop(worker: Worker, exited: Promise<void>): Promise<void> {
  worker.postMessage('close' satisfies EngineRequest);
  const deadline = setTimeout(() => void worker.terminate(), closeTimeoutMs);
  await exited;
  clearTimeout(deadline);
}

function startError(name: string, path: string, cause: Error | undefined): StartError {
  const reason = cause?.message ?? 'its thread ended';
  if (cause?.name === 'StorageDamage') return new StartError(howToSalvage(reason), { cause });
  const locked = /\block(ed)?\b/i.test(reason);
  const message = locked
    ? `The ${name} engine cannot start: ${path} is in use by another process, which must end first (${reason})`
    : `The ${name} engine cannot start in ${path}: ${reason}`;
  return new StartError(message, { cause });
}

function crashOf(name: string, cause: Error | undefined): Error {
  const reason = cause?.message ?? 'its thread ended';
  if (cause?.name === 'StorageDamage')
    return new StartError(`The ${name} engine stopped: ${howToSalvage(reason)}`, { cause });
  return new Error(`The ${name} engine stopped: ${reason}`, { cause });
}

function throwUncaught(error: Error): void {
  process.nextTick(() => {
    throw error;
  });
}
