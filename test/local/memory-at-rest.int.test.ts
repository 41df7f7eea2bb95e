import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readLocalFiles } from '../../local/local-files.ts';
import { restAfterMs } from '../../local/memory-at-rest.ts';
import { writeAssembly } from '../support/assembly.ts';
import { clientOf } from '../support/client-of.ts';
import { eventually } from '../support/eventually.ts';

/** Leaves so many objects behind, as garbage that has grown old, and tells of its thread. */
const handler = `
const { getHeapStatistics } = require('node:v8');
let kept;
exports.handler = async (objects) => {
  kept = Array.from({ length: objects }, (_, index) => ({ index }));
  kept = undefined;
  return { gc: typeof gc, heapBytes: getHeapStatistics().total_heap_size };
};`;

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'probe-rest-'));
let runtime: ReturnType<typeof spawn>;
let lambda: LambdaClient;
let FunctionName: string;

beforeAll(async () => {
  const assembly = writeAssembly(
    {
      Resources: {
        Function: {
          Type: 'AWS::Lambda::Function',
          Properties: {
            Code: { S3Bucket: 'assets', S3Key: 'function.zip' },
            Handler: 'index.handler',
            Runtime: 'nodejs24.x',
            Role: 'arn:aws:iam::000000000000:role/probe',
            MemorySize: 512,
            Timeout: 10,
          },
        },
      },
      Outputs: { Function: { Value: { Ref: 'Function' } } },
    },
    { function: { 'index.js': handler } },
  );
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const flags = scripts.start.split(' ').filter((word: string) => word.startsWith('--'));
  runtime = spawn(process.execPath, [...flags, join(root, 'local/start.js'), '--assembly', assembly, '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: runtime.stdout as NodeJS.ReadableStream }))
    if (line.startsWith('ready')) break;
  const { environment, outputs } = readLocalFiles(join(folder, '.local'));
  lambda = new LambdaClient(clientOf({ environment }, 'LAMBDA'));
  FunctionName = outputs.Function as string;
});

afterAll(async () => {
  lambda.destroy();
  runtime.kill('SIGINT');
  await once(runtime, 'exit');
  rmSync(folder, { recursive: true, force: true });
});

const invoke = async (objects: number): Promise<{ gc: string; heapBytes: number }> => {
  const { Payload } = await lambda.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(objects) }));
  return JSON.parse(Buffer.from(Payload ?? []).toString());
};

it('gives back the memory of an environment once it rests', async () => {
  const { heapBytes } = await invoke(2_000_000);

  await eventually(
    async () => expect((await invoke(0)).heapBytes).toBeLessThan(heapBytes / 2),
    60_000,
    restAfterMs + 1_000,
  );
});

it('shows a function no collector, as on Lambda', async () => {
  expect(await invoke(0)).toMatchObject({ gc: 'undefined' });
});
