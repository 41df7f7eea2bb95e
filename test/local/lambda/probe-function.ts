import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { environmentVariables } from '../../../local/lambda/environment-variables.ts';
import { openFunctionLog } from '../../../local/lambda/function-log.ts';
import type { FunctionSettings } from '../../../local/lambda/function-settings.ts';
import { createFunction } from '../../../local/lambda/lambda-function.ts';
import type { InvokeOptions, LocalFunction } from '../../../local/lambda/local-function.ts';
import { textPlatformLog } from '../../../local/lambda/platform-log.ts';

/** A function on real threads, made of the source that a test writes. */
export interface ProbeFunction extends LocalFunction {
  readonly taskRoot: string;
  /** Invokes it with `event` and answers the response, parsed; throws where the function failed. */
  call(event?: unknown, options?: InvokeOptions): Promise<unknown>;
  /** Invokes it and answers the error object; throws where the function did not fail. */
  fail(
    event?: unknown,
    options?: InvokeOptions,
  ): Promise<{ errorType: string; errorMessage: string; trace?: string[] }>;
  /** Closes it and answers its log. */
  closeAndReadLog(): Promise<string>;
}

/** Code that answers which thread ran it and how many runs that thread has had; waits for as long as it is told. */
export const slow = `const { threadId } = require('node:worker_threads'); let n = 0;
  exports.handler = async (ms) => { n++; await new Promise((r) => setTimeout(r, ms)); return [threadId, n]; };`;

type ProbeSettings = Partial<FunctionSettings> & {
  readonly ownVariables?: Record<string, string>;
  readonly logFormat?: 'Text' | 'JSON';
  readonly logLevel?: string;
};

const probes: ProbeFunction[] = [];
const folder = mkdtempSync(join(tmpdir(), 'probe-function-'));
process.env.NODE_COMPILE_CACHE ??= join(folder, 'compile-cache'); // as the command sets it

afterAll(async () => {
  await Promise.all(probes.map((probe) => probe.crash()));
  await Promise.all(probes.map((probe) => probe.close()));
  rmSync(folder, { recursive: true, force: true });
});

/**
 * Creates a function of `files`, or of one CommonJS module `handler.cjs`; its handler is `handler.handler` unless
 * `settings` say otherwise. It goes, with its files, when the test file is done.
 */
export const probeFunction = (files: string | Record<string, string>, settings: ProbeSettings = {}): ProbeFunction => {
  const functionName = `probe-${probes.length}`;
  const taskRoot = join(folder, functionName);
  mkdirSync(taskRoot);
  for (const [path, source] of Object.entries(typeof files === 'string' ? { 'handler.cjs': files } : files)) {
    mkdirSync(dirname(join(taskRoot, path)), { recursive: true });
    writeFileSync(join(taskRoot, path), source);
  }
  const { ownVariables = {}, logFormat = 'Text', logLevel = 'INFO', ...rest } = settings;
  const handler = rest.handler ?? 'handler.handler';
  const memoryMb = rest.memoryMb ?? 128;
  const logFile = join(folder, `${functionName}.log`);
  const created = createFunction({
    functionName,
    functionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    roleArn: 'arn:aws:iam::000000000000:role/probe',
    handler,
    memoryMb,
    timeoutMs: 10_000,
    environments: 1,
    taskRoot: () => taskRoot,
    variables: (root, logStream) =>
      environmentVariables(
        {
          functionName,
          handler,
          memoryMb,
          logFormat,
          logLevel,
          runtime: 'nodejs24.x',
          region: 'us-east-1',
          credentials: { accessKeyId: 'AKIDPROBE', secretAccessKey: 'secret' },
          endpoints: { kinesis: 'http://127.0.0.1:4567' },
          logGroup: `/aws/lambda/${functionName}`,
          variables: ownVariables,
        },
        root,
        logStream,
      ),
    log: openFunctionLog(logFile),
    platformLog: textPlatformLog,
    ...rest,
  });
  const probe: ProbeFunction = Object.assign(created, {
    taskRoot,
    async call(event: unknown = {}, options?: InvokeOptions) {
      const { payload, functionError } = await created.invoke(JSON.stringify(event), options);
      if (functionError) throw new Error(payload);
      return JSON.parse(payload);
    },
    async fail(event: unknown = {}, options?: InvokeOptions) {
      const { payload, functionError } = await created.invoke(JSON.stringify(event), options);
      if (!functionError) throw new Error(`did not fail: ${payload}`);
      return JSON.parse(payload);
    },
    async closeAndReadLog() {
      await created.close();
      return readFileSync(logFile, 'utf8');
    },
  });
  probes.push(probe);
  return probe;
};
