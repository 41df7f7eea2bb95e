import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../local/clock.ts';
import type { Engine } from '../../../local/engines/engine.ts';
import { Access } from '../../../local/iam/access.ts';
import { type AsyncInvocations, openAsyncInvocations } from '../../../local/lambda/async-invocations.ts';
import { startInvokeApi } from '../../../local/lambda/invoke-api.ts';
import type { LocalFunction } from '../../../local/lambda/local-function.ts';
import { CallCounts } from '../../../local/metrics/call-counts.ts';
import { laptopPace } from '../../../local/pace.ts';
import { Principals } from '../../../local/principals.ts';
import { eventually } from '../../support/eventually.ts';
import { probeFunction } from './probe-function.ts';

const principals = new Principals((name) => name.padEnd(40, '0'));
const credentials = principals.operator;
const functions = new Map<string, LocalFunction>();
const dataDir = mkdtempSync(join(tmpdir(), 'invoke-api-'));
let asyncInvocations: AsyncInvocations;
let api: Engine;
let client: LambdaClient;

beforeAll(async () => {
  const pace = { ...laptopPace, asyncRetryMs: () => 10, asyncRefusalMs: () => 10 };
  asyncInvocations = openAsyncInvocations({
    path: join(dataDir, 'events.sqlite'),
    functions,
    atOnce: 2,
    clock: systemClock,
    pace,
    agesFromMs: 0,
    log: () => {},
  });
  api = await startInvokeApi({
    functions,
    mappings: new Map(),
    keys: principals.keysAndSessions,
    access: new Access(principals, '000000000000'),
    calls: new CallCounts(),
    region: 'us-east-1',
    accountId: '000000000000',
    clock: systemClock,
    asyncInvocations,
  });
  client = new LambdaClient({ endpoint: api.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await api.close();
  await asyncInvocations.close();
  rmSync(dataDir, { recursive: true, force: true });
});

const added = (...args: Parameters<typeof probeFunction>) => {
  const probe = probeFunction(...args);
  functions.set(probe.functionArn, probe);
  return probe;
};

const invoke = async (target: string, payload: unknown = {}, more: Partial<InvokeCommandInput> = {}) => {
  const Payload = Buffer.isBuffer(payload) ? payload : JSON.stringify(payload);
  const answer = await client.send(new InvokeCommand({ FunctionName: target, Payload, ...more }));
  return { ...answer, Payload: answer.Payload && Buffer.from(answer.Payload).toString() };
};

const echo =
  'exports.handler = async (event, context) => ({ event, custom: context.clientContext?.custom, id: context.awsRequestId });';

describe('Invoke', () => {
  it('answers a synchronous call with the response', async () => {
    const { functionName } = added(echo);

    const answer = await invoke(functionName, { a: 'é' });

    expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(answer.FunctionError).toBeUndefined();
    expect(JSON.parse(answer.Payload ?? '')).toEqual({ event: { a: 'é' }, id: answer.$metadata.requestId });
  });

  it('finds the function by name, ARN and partial ARN, with and without $LATEST', async () => {
    const { functionName, functionArn } = added(echo);

    for (const named of [functionName, functionArn, `000000000000:function:${functionName}`]) {
      expect((await invoke(named)).StatusCode).toBe(200);
      expect((await invoke(`${named}:$LATEST`)).StatusCode).toBe(200);
      expect((await invoke(named, {}, { Qualifier: '$LATEST' })).StatusCode).toBe(200);
    }
  });

  it('says of a failure that it is unhandled, and gives the error object', async () => {
    const { functionName } = added('exports.handler = async () => { throw new TypeError("no"); };');

    const answer = await invoke(functionName);

    expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
    expect(JSON.parse(answer.Payload ?? '')).toMatchObject({ errorType: 'TypeError', errorMessage: 'no' });
  });

  it('gives the end of the log to who asks for it', async () => {
    const { functionName } = added('exports.handler = async () => console.log("hello", "ünïcode".repeat(1_000));');

    const tail = Buffer.from(
      (await invoke(functionName, {}, { LogType: 'Tail' })).LogResult ?? '',
      'base64',
    ).toString();

    expect(tail).toMatch(/ünïcode\nEND RequestId: .*\nREPORT RequestId: /);
    expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(4_098);
    expect((await invoke(functionName)).LogResult).toBeUndefined();
  });

  it('passes the client context on', async () => {
    const { functionName } = added(echo);
    const ClientContext = Buffer.from('{"custom":{"k":"v"}}').toString('base64');

    expect(JSON.parse((await invoke(functionName, {}, { ClientContext })).Payload ?? '')).toMatchObject({
      custom: { k: 'v' },
    });
  });

  it('takes no payload for an empty object', async () => {
    const { functionName } = added(echo);

    const { Payload = new Uint8Array() } = await client.send(new InvokeCommand({ FunctionName: functionName }));

    expect(JSON.parse(Buffer.from(Payload).toString())).toMatchObject({ event: {} });
  });

  it('only asks whether it could, in a dry run', async () => {
    const probe = added('exports.handler = async () => 1;');

    expect((await invoke(probe.functionName, {}, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
    await expect(probe.closeAndReadLog()).rejects.toThrow('ENOENT');
  });
});

describe('Invoke of an event', () => {
  const recording = (failures: number) => `const fs = require('node:fs');
    exports.handler = async ({ file }) => {
      fs.appendFileSync(file, 'x');
      if (fs.readFileSync(file, 'utf8').length <= ${failures}) throw new Error('again');
    };`;
  const triesOf = (file: string) => readFileSync(file, 'utf8').length;

  it.each([
    ['that succeeds is done once', 0, 1],
    ['that fails is tried again', 1, 2],
    ['that always fails is tried three times in all', 99, 3],
  ])('%s', async (_, failures, tries) => {
    const { functionName, taskRoot } = added(recording(failures));
    const file = join(taskRoot, 'tries');

    const answer = await invoke(functionName, { file }, { InvocationType: 'Event' });

    expect(answer.StatusCode).toBe(202);
    expect(answer.Payload ?? '').toBe('');
    await eventually(() => expect(triesOf(file)).toBe(tries));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(triesOf(file)).toBe(tries);
  });

  it('comes without the client context', async () => {
    const { functionName, taskRoot } = added(`const fs = require('node:fs');
      exports.handler = async ({ file }, { clientContext }) => fs.writeFileSync(file, typeof clientContext);`);
    const file = join(taskRoot, 'context');
    const ClientContext = Buffer.from('{}').toString('base64');

    await invoke(functionName, { file }, { ClientContext, InvocationType: 'Event' });

    await eventually(() => expect(readFileSync(file, 'utf8')).toBe('undefined'));
  });

  it('that is throttled is tried until there is room, which costs no retry', async () => {
    const { functionName, taskRoot } = added(
      { 'handler.cjs': recording(2) },
      { reservedConcurrency: 1, environments: 1 },
    );
    const file = join(taskRoot, 'tries');
    writeFileSync(file, '');

    for (let times = 0; times < 3; times++) await invoke(functionName, { file }, { InvocationType: 'Event' });

    await eventually(() => expect(triesOf(file)).toBeGreaterThanOrEqual(5));
  });
});

describe('Invoke refuses', () => {
  const name = async (calling: Promise<unknown>) => {
    const error = (await calling.catch((caught) => caught)) as {
      name: string;
      message: string;
      $metadata: { httpStatusCode: number };
    };
    return [error.name, error.$metadata?.httpStatusCode, error.message];
  };

  it('a function that is not there', async () => {
    expect(await name(invoke('nobody'))).toEqual([
      'ResourceNotFoundException',
      404,
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody',
    ]);
  });

  it('another version, account or region than there is', async () => {
    const { functionName } = added(echo);

    for (const named of [
      `${functionName}:7`,
      `111111111111:function:${functionName}`,
      `arn:aws:lambda:eu-west-1:000000000000:function:${functionName}`,
    ]) {
      expect((await name(invoke(named)))[0]).toBe('ResourceNotFoundException');
    }
  });

  it('a payload that is not JSON, or not UTF-8', async () => {
    const { functionName } = added(echo);

    expect((await name(invoke(functionName, Buffer.from('{"a":'))))?.slice(0, 2)).toEqual([
      'InvalidRequestContentException',
      400,
    ]);
    expect((await name(invoke(functionName, Buffer.from([0x22, 0xff, 0x22]))))[0]).toBe(
      'InvalidRequestContentException',
    );
  });

  it.each(['{"custom":', '"text"', '[]'])('a client context that is no JSON object: %s', async (context) => {
    const { functionName } = added(echo);
    const ClientContext = Buffer.from(context).toString('base64');

    for (const InvocationType of ['RequestResponse', 'Event'] as const)
      expect((await name(invoke(functionName, {}, { ClientContext, InvocationType }))).slice(0, 2)).toEqual([
        'InvalidRequestContentException',
        400,
      ]);
  });

  it('a payload of more than 6 MB, and an event of more than 1 MB', async () => {
    const { functionName } = added(echo);

    expect((await name(invoke(functionName, 'x'.repeat(6_291_556)))).slice(0, 2)).toEqual([
      'RequestTooLargeException',
      413,
    ]);
    expect((await name(invoke(functionName, 'x'.repeat(1_048_576), { InvocationType: 'Event' }))).slice(0, 2)).toEqual([
      'RequestTooLargeException',
      413,
    ]);
  });

  it('a call above the reserved concurrency', async () => {
    const { functionName } = added(echo, { reservedConcurrency: 0 });

    const error = await invoke(functionName).catch((caught) => caught);

    expect(error).toMatchObject({
      name: 'TooManyRequestsException',
      Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
      message: 'Rate Exceeded.',
      $metadata: { httpStatusCode: 429 },
    });
  });

  it('a request without a signature, and one signed with another key', async () => {
    const { functionName } = added(echo);
    const url = `${api.url}/2015-03-31/functions/${functionName}/invocations`;
    const stranger = new LambdaClient({
      endpoint: api.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'AKIDPROBE', secretAccessKey: 'guessed' },
    });

    expect((await fetch(url, { method: 'POST', body: '{}' })).status).toBe(403);
    expect((await name(stranger.send(new InvokeCommand({ FunctionName: functionName })))).slice(0, 2)).toEqual([
      'InvalidSignatureException',
      403,
    ]);
    stranger.destroy();
  });
});

it('authorizes whose key signed, whatever other key the request names', async () => {
  const { functionName } = added(echo);
  const role = { name: 'Role', roleArn: 'arn:aws:iam::000000000000:role/without-policies' };
  const session = principals.issueSession(role, Date.now() + 60_000);
  const assumed = new LambdaClient({ endpoint: api.url, region: 'us-east-1', credentials: session, maxAttempts: 1 });
  assumed.middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      const pretended = ` Elsewhere1=${credentials.accessKeyId}/x, Credential=`;
      headers.authorization = String(headers.authorization).replace(' Credential=', pretended);
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low' },
  );
  const call = assumed.send(new InvokeCommand({ FunctionName: functionName }));
  await expect(call).rejects.toMatchObject({ name: 'AccessDeniedException' });
  assumed.destroy();
});

describe('the functions', () => {
  it('can be listed and described', async () => {
    const { functionName, functionArn } = added(echo, { timeoutMs: 7_000 });
    const described = { FunctionName: functionName, FunctionArn: functionArn, Timeout: 7, Version: '$LATEST' };

    const list = await client.send(new ListFunctionsCommand({}));
    const one = await client.send(new GetFunctionCommand({ FunctionName: functionArn }));
    const configuration = await client.send(new GetFunctionConfigurationCommand({ FunctionName: functionName }));

    expect(list.Functions).toEqual(expect.arrayContaining([expect.objectContaining(described)]));
    expect(one.Configuration).toMatchObject(described);
    expect(configuration).toMatchObject(described);
  });
});
