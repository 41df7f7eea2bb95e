/**
 * One execution environment: a thread that loads the handler once and then runs one invocation after the other.
 * Between two of them it sleeps, event loop and all, as Lambda freezes an environment: what a handler leaves running
 * goes on with the next invocation.
 */
import { subscribe } from 'node:diagnostics_channel';
import { flushCompileCache } from 'node:module';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { giveMemoryBack, restAfterMs } from '../memory-at-rest.ts';
import { type EnvironmentSetup, type Invocation, Shared, type Use, useLine } from './environment-protocol.ts';
import { errorObject, isError, runtimeError } from './error-object.ts';
import { redirectConsole } from './function-console.ts';
import { type Handler, loadHandler } from './load-handler.ts';

const { port, shared, taskRoot, handler: handlerName, functionArn, payloadLimitBytes } = workerData as EnvironmentSetup;
/** Frozen for longer than this, an environment first hears what happened to its sockets meanwhile. */
const staleAfterMs = 500;
const memoryEveryMs = 1_000;
let requestId = 'undefined'; // which is what Lambda writes while the code loads
let memorySampledAt = Number.NEGATIVE_INFINITY;
let memoryBytes = 0;
const sockets = new Set<Socket>();
let bytesInOfClosed = 0;
let bytesOutOfClosed = 0;

const run = async () => {
  const handler = await loadHandler(taskRoot, handlerName);
  port.postMessage('+');
  for (let invocations = 0; ; invocations++) {
    const frozenAt = Date.now();
    const invocation = next();
    const begunAt = performance.now();
    const [, id, , traceId] = invocation;
    requestId = id;
    process.env._X_AMZN_TRACE_ID = traceId;
    if (Date.now() - frozenAt > staleAfterMs) await turn();
    const [kind, payload] = await answer(handler, invocation);
    port.postMessage(kind + useLine(useSince(begunAt)) + payload);
    if (invocations === 0) flushCompileCache();
  }
};

const next = (): Invocation => {
  for (;;) {
    const received = receiveMessageOnPort(port);
    if (received) {
      const invocation = received.message as Invocation;
      const [number] = invocation;
      if (Atomics.compareExchange(shared, Shared.next, number, 0) === number) return invocation;
    } else {
      if (Atomics.wait(shared, Shared.wake, 0, restAfterMs) === 'timed-out') giveMemoryBack();
      Atomics.store(shared, Shared.wake, 0);
    }
  }
};

type Answer = readonly [kind: 'r' | 'e', payload: string];

const answer = async (handler: Handler, invocation: Invocation): Promise<Answer> => {
  try {
    const [, , , , , event] = invocation;
    const result = await handler(JSON.parse(event), contextOf(invocation));
    await turn(); // Lambda's runtime does so too: a promise that rejects unheard still fails this invocation
    const response = stringify(result);
    if (response.length * 3 > payloadLimitBytes && Buffer.byteLength(response) > payloadLimitBytes) return tooLarge;
    return ['r', response];
  } catch (error) {
    await turn();
    console.error('Invoke Error', `\t${describe(error)}`);
    return ['e', JSON.stringify(errorObject(error))];
  }
};

const contextOf = ([, awsRequestId, timeoutMs, xRayTraceId, clientContext]: Invocation) => {
  const deadlineMs = Date.now() + timeoutMs;
  return {
    clientContext: clientContext === undefined ? undefined : JSON.parse(clientContext),
    identity: undefined,
    invokedFunctionArn: functionArn,
    awsRequestId,
    tenantId: undefined,
    xRayTraceId,
    getRemainingTimeInMillis: () => deadlineMs - Date.now(),
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
  };
};

const stringify = (result: unknown): string => {
  try {
    return JSON.stringify(result) ?? 'null';
  } catch {
    throw runtimeError('Runtime.JSONStringifyError', 'Unable to stringify response body');
  }
};

const tooLarge: Answer = [
  'e',
  JSON.stringify({
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${payloadLimitBytes} bytes).`,
  }),
];

const describe = (thrown: unknown): string => {
  const { errorType, errorMessage, trace } = errorObject(thrown);
  try {
    return JSON.stringify({ errorType, errorMessage, ...(isError(thrown) && thrown), stack: trace });
  } catch {
    return JSON.stringify({ errorType, errorMessage, stack: trace });
  }
};

const useSince = (begunAt: number): Use => {
  let bytesIn = bytesInOfClosed;
  let bytesOut = bytesOutOfClosed;
  for (const { bytesRead, bytesWritten } of sockets) {
    bytesIn += bytesRead;
    bytesOut += bytesWritten;
  }
  const { user, system } = process.threadCpuUsage();
  const now = performance.now();
  if (now - memorySampledAt >= memoryEveryMs) {
    memorySampledAt = now;
    const { heapTotal, external } = process.memoryUsage();
    memoryBytes = Math.max(memoryBytes, heapTotal + external);
  }
  return { durationMs: now - begunAt, cpuMicroseconds: user + system, memoryBytes, bytesIn, bytesOut };
};

/** A connection of the function's own: what it carries is the function's use of the network. */
const watch = (message: unknown) => {
  const { socket } = message as { socket: Socket };
  sockets.add(socket);
  socket.once('close', () => {
    sockets.delete(socket);
    bytesInOfClosed += socket.bytesRead;
    bytesOutOfClosed += socket.bytesWritten;
  });
};

const die = (what: string, error: unknown, exitCode: number) => {
  console.error(what, `\t${describe(error)}`);
  port.postMessage(`f${JSON.stringify(errorObject(error))}`);
  process.exit(exitCode);
};

delete process.env.NODE_COMPILE_CACHE;
subscribe('net.client.socket', watch);
process.cwd = () => taskRoot;
redirectConsole(
  () => requestId,
  (lines) => port.postMessage(`l${lines}`),
);
process.on('uncaughtException', (error) => die('Uncaught Exception', error, 129));
process.on('unhandledRejection', (reason) => {
  const error = runtimeError(
    'Runtime.UnhandledPromiseRejection',
    String(reason),
    isError(reason) ? `Runtime.UnhandledPromiseRejection: ${reason.stack}` : undefined,
  );
  die('Unhandled Promise Rejection', error, 128);
});
process.on('beforeExit', () => port.postMessage('x'));
(globalThis as Record<string, unknown>).awslambda = {
  streamifyResponse() {
    throw runtimeError(
      'Runtime.StreamingNotRun',
      'Response streaming (awslambda.streamifyResponse) is not run locally.',
    );
  },
};
run().catch((error) => die('Init Error', error, 1));
