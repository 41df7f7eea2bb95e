import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type LocalFunction, TooManyRequests } from '../../../local/lambda/local-function.ts';
import type { LocalStack } from '../../../local/start-local.ts';
import type { ProbeResource } from '../../support/assembly.ts';
import { eventually } from '../../support/eventually.ts';
import { startProbe } from './probe-stack.ts';

const roleArn = 'arn:aws:iam::000000000000:role/probe';
const lambda = (properties: Record<string, unknown>): ProbeResource => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Runtime: 'nodejs24.x', Handler: 'index.handler', Role: roleArn, ...properties },
});
const inline = (source: string) => ({ Code: { ZipFile: source } });
const environmentAndContext = inline('exports.handler = async (event, context) => ({ ...process.env, ...context });');

const start = async (function_: ProbeResource, assets?: Record<string, Record<string, string>>) => {
  const log: string[] = [];
  const Outputs = {
    Name: { Value: { Ref: 'Function' } },
    Arn: { Value: { 'Fn::GetAtt': ['Function', 'Arn'] } },
  };
  const options = { log: (line: string) => void log.push(line) };
  const stack = await startProbe({ Resources: { Function: function_ }, Outputs }, options, assets);
  return { stack, log, created: only(stack) };
};

const only = ({ functions }: LocalStack): LocalFunction => {
  const [created] = functions.values();
  if (!created) throw new Error('no function');
  return created;
};

const call = async (created: LocalFunction, event: unknown = {}) =>
  JSON.parse((await created.invoke(JSON.stringify(event))).payload);

describe('a function of a template', () => {
  it('runs the code of its asset; its Ref is its name', async () => {
    const asset = { 'src/app.js': 'exports.run = async (event) => event.a + 1;' };
    const properties = { Code: { S3Bucket: 'x', S3Key: 'abc.zip' }, Handler: 'src/app.run' };

    const { stack, created } = await start(lambda(properties), { abc: asset });

    expect(await call(created, { a: 1 })).toBe(2);
    expect(created).toMatchObject({ functionName: 'Probe-Function', roleArn, timeoutMs: 3_000 });
    expect(stack.outputs).toEqual({
      Name: 'Probe-Function',
      Arn: 'arn:aws:lambda:us-east-1:000000000000:function:Probe-Function',
    });
    expect([...stack.functions.keys()]).toEqual([stack.outputs.Arn]);
  });

  it('runs inline code, under the name that the template gives it', async () => {
    const { created } = await start(
      lambda({ ...inline('exports.handler = async () => "inline";'), FunctionName: 'mine' }),
    );

    expect(await call(created)).toBe('inline');
    expect(created.functionName).toBe('mine');
  });

  it('has the memory, the time-out, the log group and the variables of the template', async () => {
    const { created } = await start(
      lambda({
        ...environmentAndContext,
        MemorySize: 256,
        Timeout: 9,
        LoggingConfig: { LogGroup: 'orders' },
        Environment: { Variables: { TEXT: 'a', NUMBER: 900, FLAG: true } },
      }),
    );

    expect(await call(created)).toMatchObject({
      TEXT: 'a',
      NUMBER: '900',
      FLAG: 'true',
      memoryLimitInMB: '256',
      logGroupName: 'orders',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
    });
    expect(created.timeoutMs).toBe(9_000);
  });

  it('has the defaults of Lambda where the template says nothing', async () => {
    const { created } = await start(lambda(environmentAndContext));

    expect(await call(created)).toMatchObject({ memoryLimitInMB: '128', logGroupName: '/aws/lambda/Probe-Function' });
    expect(created.timeoutMs).toBe(3_000);
  });

  it('with a reserved concurrency of 0 is never invoked', async () => {
    const { created } = await start(
      lambda({ ...inline('exports.handler = async () => 1;'), ReservedConcurrentExecutions: 0 }),
    );

    await expect(created.invoke('{}')).rejects.toThrow(TooManyRequests);
  });

  it('logs to a file of its own in the data directory', async () => {
    const { stack, created } = await start(lambda(inline('exports.handler = async () => console.log("here I am");')));
    await call(created);

    await eventually(() =>
      expect(readFileSync(join(stack.dataDir, 'logs', 'Probe-Function.log'), 'utf8')).toMatch(
        /\tINFO\there I am\nEND /,
      ),
    );
  });

  it('that asks for JSON logs has them', async () => {
    const LoggingConfig = { LogFormat: 'JSON', ApplicationLogLevel: 'ERROR', SystemLogLevel: 'WARN' };
    const source = inline('exports.handler = async () => { console.log("no"); console.error("yes"); };');
    const { stack, created } = await start(lambda({ ...source, LoggingConfig }));
    await call(created);

    await eventually(() => {
      const lines = readFileSync(join(stack.dataDir, 'logs', 'Probe-Function.log'), 'utf8')
        .trim()
        .split('\n');
      expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'ERROR', message: 'yes' }]);
    });
  });

  it('tells the person at the terminal once that it fails', async () => {
    const { log, created } = await start(
      lambda(inline('exports.handler = async () => { throw new RangeError("poison"); };')),
    );

    for (let times = 0; times < 20; times++) await call(created);

    expect(log.filter((line) => line.includes('poison'))).toEqual(['Probe-Function failed: RangeError: poison']);
  });
});

describe('a function that cannot run here', () => {
  it.each<[string, Record<string, unknown>, string]>([
    [
      'for its runtime',
      { Code: { S3Key: 'x.zip' }, Runtime: 'python3.13' },
      'python3.13 is not run here; nodejs24.x and nodejs22.x are.',
    ],
    [
      'for being an image',
      { Code: { ImageUri: 'x' }, Runtime: undefined, PackageType: 'Image' },
      'a container image is not run here; nodejs24.x and nodejs22.x are.',
    ],
    [
      'for a layer',
      { ...inline(''), Layers: ['arn:aws:lambda:us-east-1:1:layer:x:1'] },
      'Layers are not run here: arn:aws:lambda:us-east-1:1:layer:x:1',
    ],
    [
      'for code that is not staged',
      { Code: { S3Key: 'gone.zip' } },
      expect.stringContaining('stages no asset under the key gone.zip') as never,
    ],
  ])('%s stops nothing, and says why when it is invoked', async (_, properties, errorMessage) => {
    const { created, log } = await start(lambda(properties));

    const { payload, functionError } = await created.invoke('{}');

    expect(functionError).toBe('Unhandled');
    expect(JSON.parse(payload)).toMatchObject({ errorMessage });
    expect(log.some((line) => line.startsWith('Probe-Function failed: '))).toBe(true);
  });

  it('may still measure itself with the layer of Lambda Insights', async () => {
    const insights = 'arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension-Arm64:25';
    const { created } = await start(lambda({ ...inline('exports.handler = async () => 1;'), Layers: [insights] }));

    expect(await call(created)).toBe(1);
  });
});

describe('the start stops', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    [
      'a property that is not run',
      { FileSystemConfigs: [] },
      /Function \(AWS::Lambda::Function\): FileSystemConfigs is not run here$/,
    ],
    ['a time-out above 900 s', { Timeout: 901 }, /Timeout/],
    [
      'a variable that Lambda reserves',
      { Environment: { Variables: { AWS_REGION: 'x' } } },
      /does not take AWS_REGION/,
    ],
  ])('at %s', async (_, properties, message) => {
    await expect(start(lambda({ ...inline('exports.handler = async () => 1;'), ...properties }))).rejects.toThrow(
      message,
    );
  });
});
