import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { youngGenerationMb } from '../young-generation.ts';
import {
  type EnvironmentMessage,
  type EnvironmentSetup,
  type Invocation,
  Shared,
  splitUse,
  type Use,
} from './environment-protocol.ts';
import type { ErrorObject } from './error-object.ts';
import { payloadLimitBytes } from './local-function.ts';

/** How the thread of an environment starts. */
export interface ThreadSettings {
  /** The unpacked code. */
  readonly taskRoot: string;
  readonly handler: string;
  readonly functionArn: string;
  readonly memoryMb: number;
  /** All that the code finds in `process.env`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What happens in the thread; nothing after `ended`. */
export interface ThreadListener {
  /** The handler is loaded. */
  ready(): void;
  /** The handler answered, with its response or an error object, as JSON text. */
  answered(payload: string, failed: boolean, use: Use): void;
  logged(lines: string): void;
  ended(end: End): void;
}

/** Why a thread ended: by an error that nobody caught, its error object as JSON text, or as named. */
export type End =
  | { readonly reason: 'fatal'; readonly error: string }
  | { readonly reason: 'exit'; readonly exitCode: number }
  | { readonly reason: 'out of memory' | 'timed out' | 'killed' };

/**
 * The folder that the command names for compiled code, if it does: the thread starts in half the time, and without the
 * 11 MB that stripping types takes. The thread hides the variable from the function.
 */
const compileCache = ({ NODE_COMPILE_CACHE: folder } = process.env) => folder && { NODE_COMPILE_CACHE: folder };

type Unnumbered = Invocation extends readonly [number, ...infer Rest] ? Rest : never;

/**
 * The worker thread of one environment; runs one invocation at a time, and ends alone: on an exit, an endless loop, or
 * a heap that outgrows `memoryMb`. Buffers lie outside the heap and are not limited.
 */
export class EnvironmentThread {
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #shared = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT * Object.keys(Shared).length));
  readonly #listener: ThreadListener;
  #invocations = 0;
  #end: End | undefined;
  #ended = false;
  /** Resolves when the thread is no more. */
  readonly gone: Promise<void>;

  constructor(settings: ThreadSettings, listener: ThreadListener) {
    this.#listener = listener;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    const { taskRoot, handler, functionArn, memoryMb } = settings;
    const setup: EnvironmentSetup = {
      port: port2,
      shared: this.#shared,
      taskRoot,
      handler,
      functionArn,
      payloadLimitBytes,
    };
    this.#worker = new Worker(new URL('./environment-worker.ts', import.meta.url), {
      workerData: setup,
      transferList: [port2],
      env: { ...settings.variables, ...compileCache() },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: youngGenerationMb },
    });
    port1.on('message', (message: EnvironmentMessage) => this.#receive(message));
    this.#worker.on('error', (error: NodeJS.ErrnoException) => {
      const outOfMemory = error.code === 'ERR_WORKER_OUT_OF_MEMORY';
      this.#end ??= outOfMemory ? { reason: 'out of memory' } : { reason: 'fatal', error: asErrorObject(error) };
    });
    this.gone = new Promise((resolve) => this.#worker.on('exit', () => resolve()));
    this.#worker.on('exit', (exitCode) => {
      this.hear();
      this.#finish({ reason: 'exit', exitCode });
    });
  }

  /** Whether the last invocation has begun, if it was not taken back. */
  get hasBegun(): boolean {
    return Atomics.load(this.#shared, Shared.next) === 0;
  }

  /** Hands the thread an invocation, which begins when it has answered the one before; that one must have begun. */
  invoke(...invocation: Unnumbered): void {
    const number = ++this.#invocations;
    Atomics.store(this.#shared, Shared.next, number);
    this.#port.postMessage([number, ...invocation] satisfies Invocation);
    Atomics.store(this.#shared, Shared.wake, 1);
    Atomics.notify(this.#shared, Shared.wake);
  }

  /** Takes back the last invocation; false where it has begun. */
  takeBack(): boolean {
    const number = this.#invocations;
    return Atomics.compareExchange(this.#shared, Shared.next, number, 0) === number;
  }

  /** Passes on at once what the thread has said by now. */
  hear(): void {
    for (let said = receiveMessageOnPort(this.#port); said; said = receiveMessageOnPort(this.#port))
      this.#receive(said.message);
  }

  /** Ends the thread at once, whatever it does; it has ended for the listener before this returns. */
  stop(reason: 'timed out' | 'killed'): void {
    this.#end ??= { reason };
    this.#finish(this.#end);
    this.#worker.terminate();
  }

  #receive(message: EnvironmentMessage): void {
    if (this.#ended) return;
    const content = message.slice(1);
    switch (message[0]) {
      case '+':
        this.#listener.ready();
        break;
      case 'r':
      case 'e': {
        const [use, payload] = splitUse(content);
        this.#listener.answered(payload, message[0] === 'e', use);
        break;
      }
      case 'l':
        this.#listener.logged(content);
        break;
      case 'f':
        this.#end ??= { reason: 'fatal', error: content };
        break;
      case 'x':
        this.#end ??= { reason: 'fatal', error: nothingLeft };
    }
  }

  #finish(end: End): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#port.close();
    this.#listener.ended(this.#end ?? end);
  }
}

const asErrorObject = (error: Error): string => {
  const described: ErrorObject = {
    errorType: error.name,
    errorMessage: error.message,
    trace: error.stack?.split('\n'),
  };
  return JSON.stringify(described);
};

const nothingLeft = JSON.stringify({
  errorType: 'Runtime.NodeJsExit',
  errorMessage:
    'The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled. For more information, see https://nodejs.org/docs/latest/api/process.html#process_exit_codes',
  trace: [],
} satisfies ErrorObject);
