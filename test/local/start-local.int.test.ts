import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { KinesisClient, ListStreamsCommand as ListKinesisStreams } from '@aws-sdk/client-kinesis';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { StartError } from '../../local/start-error.ts';
import { startLocal } from '../../local/start-local.ts';
import { writeAssembly } from '../support/assembly.ts';
import { clientOf } from '../support/client-of.ts';
import { eventually } from '../support/eventually.ts';
import { openToOthers, withUsualMask } from '../support/open-to-others.ts';
import { startProbe } from './resources/probe-stack.ts';

const bucket = {
  Resources: { Bucket: { Type: 'AWS::S3::Bucket' } },
  Outputs: { Name: { Value: { Ref: 'Bucket' } } },
};

const undo: (() => void)[] = [];
afterEach(() => {
  for (const each of undo.splice(0)) each();
});
const aDataDir = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'probe-data-'));
  undo.push(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};
const withEnvironment = (variables: Record<string, string>): void => {
  const before = { ...process.env };
  Object.assign(process.env, variables);
  undo.push(() => {
    for (const name of Object.keys(variables)) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });
};

describe('a local stack', () => {
  it('starts the engines that its template needs, and no others', async () => {
    const { environment } = await startProbe(bucket);
    expect(Object.keys(environment).sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL_S3',
      'AWS_REGION',
      'AWS_SECRET_ACCESS_KEY',
    ]);
  });

  it('is in the region that its assembly names, and so are its engines', async () => {
    const table = {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        Replicas: [{ Region: 'us-west-2' }, { Region: 'eu-west-1' }],
      },
    };
    const assembly = writeAssembly(
      {
        Resources: { ...bucket.Resources, Table: table },
        Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Table', 'StreamArn'] } } },
      },
      {},
      'Probe',
      'eu-west-1',
    );
    const stack = await startLocal({ assembly });
    try {
      expect(stack.environment.AWS_REGION).toBe('eu-west-1');
      expect(stack.outputs.Arn).toMatch(/^arn:aws:dynamodb:eu-west-1:/);
      const s3 = new S3Client({ ...clientOf(stack, 'S3'), region: 'eu-west-1' });
      await s3.send(new PutObjectCommand({ Bucket: 'probe-bucket', Key: 'k', Body: 'x' }));
      s3.destroy();
    } finally {
      await stack.close();
    }
  });

  it('lives beside others in one process', async () => {
    const stacks = await Promise.all([startProbe(bucket), startProbe(bucket)]);
    const [one, two] = stacks.map((stack) => new S3Client(clientOf(stack, 'S3')));
    const object = { Bucket: 'probe-bucket', Key: 'k' };
    await one?.send(new PutObjectCommand({ ...object, Body: 'x' }));
    await expect(two?.send(new GetObjectCommand(object))).rejects.toThrow('does not exist');
  });

  it("has its functions invoked by Lambda's own API, and tells them where their stack's API answers", async () => {
    const stack = await startProbe(
      {
        Resources: {
          Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'probe' } },
          Url: {
            Type: 'AWS::Lambda::Function',
            Properties: {
              Code: { S3Bucket: 'x', S3Key: 'url.zip' },
              Handler: 'index.handler',
              Runtime: 'nodejs24.x',
              Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
              Environment: {
                Variables: {
                  URL: { 'Fn::Join': ['', ['https://', { Ref: 'Api' }, '.execute-api.us-east-1.amazonaws.com/prod']] },
                },
              },
            },
          },
          Role: { Type: 'AWS::IAM::Role' },
        },
        Outputs: { Name: { Value: { Ref: 'Url' } } },
      },
      {},
      { url: { 'index.js': 'exports.handler = async () => process.env.URL;' } },
    );
    const client = new LambdaClient(clientOf(stack, 'LAMBDA'));
    const { Payload } = await client.send(new InvokeCommand({ FunctionName: stack.outputs.Name }));
    expect(JSON.parse(Buffer.from(Payload ?? []).toString())).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/prod$/);
    expect([...stack.functions.values()][0]?.roleArn).toBe('arn:aws:iam::000000000000:role/Probe-Role');
    client.destroy();
  });

  it('lets nobody into its streams and tables who has no key of its own', async () => {
    const stack = await startProbe({
      Resources: {
        Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
        Table: {
          Type: 'AWS::DynamoDB::Table',
          Properties: {
            AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
            KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
            StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
          },
        },
      },
      Outputs: {},
    });
    const listBy = async (credentials?: object) => {
      const clients = [
        new KinesisClient({
          ...clientOf(stack, 'KINESIS'),
          requestHandler: new NodeHttpHandler(),
          ...credentials,
        }),
        new DynamoDBClient({ ...clientOf(stack, 'DYNAMODB'), ...credentials }),
        new DynamoDBStreamsClient({ ...clientOf(stack, 'DYNAMODB_STREAMS'), ...credentials }),
      ] as const;
      const [kinesis, dynamoDb, streams] = clients;
      const answers = await Promise.allSettled([
        kinesis.send(new ListKinesisStreams({})),
        dynamoDb.send(new ListTablesCommand({})),
        streams.send(new ListStreamsCommand({})),
      ]);
      for (const client of clients) client.destroy();
      return answers;
    };

    const stranger = { credentials: { accessKeyId: 'AKIAMADEUP', secretAccessKey: 'made up' } };
    for (const answer of await listBy(stranger))
      expect(answer).toMatchObject({
        reason: {
          name: 'UnrecognizedClientException',
          message: 'The security token included in the request is invalid.',
          $metadata: { httpStatusCode: 400 },
        },
      });
    for (const { status } of await listBy()) expect(status).toBe('fulfilled');
  });

  it('tells no web page that it may call its streams and tables', async () => {
    const { environment } = await startProbe({
      Resources: { Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } } },
      Outputs: {},
    });
    const headers = { origin: 'https://example.com', 'access-control-request-method': 'POST' };
    for (const method of ['OPTIONS', 'POST']) {
      const answer = await fetch(environment.AWS_ENDPOINT_URL_KINESIS ?? '', { method, headers });
      expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([400, null]);
      expect(await answer.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    }
  });

  it('closes once, however often it is told to, and leaves nothing behind', async () => {
    const { dataDir, environment, close } = await startProbe(bucket);
    expect(existsSync(dataDir)).toBe(true);
    expect(close()).toBe(close());
    await close();
    expect(existsSync(dataDir)).toBe(false);
    await expect(fetch(environment.AWS_ENDPOINT_URL_S3 ?? '')).rejects.toThrow();
  });

  it('keeps its key with its data, for its owner only', async () => {
    const dataDir = aDataDir();
    const first = await startProbe(bucket, { dataDir });
    await first.close();
    expect((await startProbe(bucket, { dataDir })).environment.AWS_SECRET_ACCESS_KEY).toBe(
      first.environment.AWS_SECRET_ACCESS_KEY,
    );
    const secrets = join(dataDir, 'secrets');
    for (const name of readdirSync(secrets)) expect(statSync(join(secrets, name)).mode & 0o777).toBe(0o600);
  });

  it.each(['a data directory that was open to others', 'a temporary folder'])(
    'keeps %s from other users of the machine',
    async (folder) => {
      const dataDir = folder === 'a temporary folder' ? undefined : aDataDir();
      if (dataDir !== undefined) chmodSync(dataDir, 0o755);
      await withUsualMask(async () => {
        const stack = await startProbe(
          {
            Resources: {
              ...bucket.Resources,
              Fn: {
                Type: 'AWS::Lambda::Function',
                Properties: {
                  Code: { ZipFile: "exports.handler = async () => console.log('done')" },
                  Handler: 'index.handler',
                  Runtime: 'nodejs24.x',
                  Role: 'arn:aws:iam::000000000000:role/probe',
                },
              },
            },
          },
          { ...(dataDir !== undefined && { dataDir }) },
        );
        const lambda = new LambdaClient(clientOf(stack, 'LAMBDA'));
        await lambda.send(new InvokeCommand({ FunctionName: 'Probe-Fn', InvocationType: 'Event' }));
        lambda.destroy();
        const log = join(stack.dataDir, 'logs', 'Probe-Fn.log');
        await eventually(() => expect(existsSync(log)).toBe(true));

        expect(statSync(stack.dataDir).mode & 0o777).toBe(0o700);
        const names = readdirSync(stack.dataDir).filter((name) => name !== 's3'); // an engine's: below a closed folder
        expect(names).toEqual(expect.arrayContaining(['async-invocations.sqlite', 'inline-code', 'lock', 'secrets']));
        expect(names.flatMap((name) => openToOthers(join(stack.dataDir, name)))).toEqual([]);
      });
    },
  );

  it('has outputs for what can be evaluated, and says so of the rest', async () => {
    const lines: string[] = [];
    const { outputs } = await startProbe(
      {
        Resources: { ...bucket.Resources, Custom: { Type: 'Custom::Thing' } },
        Conditions: { No: { 'Fn::Equals': [1, 2] } },
        Outputs: {
          Name: { Value: { Ref: 'Bucket' } },
          Left: { Value: 'x', Condition: 'No' },
          Lost: { Value: { 'Fn::GetAtt': ['Custom', 'Data'] } },
        },
      },
      { log: (line) => lines.push(line) },
    );
    expect(outputs).toEqual({ Name: 'probe-bucket' });
    expect(lines).toContain(
      'no value for the output Lost: Outputs.Lost: Custom (Custom::Thing) has no attribute Data here',
    );
  });

  it('calls what is not run by the name that the template gives it, if it can tell', async () => {
    const { outputs } = await startProbe({
      Resources: {
        Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: { 'Fn::Sub': `\${AWS::Region}-reader` } } },
        Log: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/shop/orders' } },
        Alarm: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: { 'Fn::ImportValue': 'x' } } },
        Policy: { Type: 'AWS::IAM::ManagedPolicy' },
      },
      Outputs: {
        Role: { Value: { Ref: 'Role' } },
        RoleArn: { Value: { 'Fn::GetAtt': ['Role', 'Arn'] } },
        Log: { Value: { Ref: 'Log' } },
        Alarm: { Value: { Ref: 'Alarm' } },
        Policy: { Value: { Ref: 'Policy' } },
      },
    });

    expect(outputs).toEqual({
      Role: 'us-east-1-reader',
      RoleArn: 'arn:aws:iam::000000000000:role/us-east-1-reader',
      Log: '/shop/orders',
      Alarm: 'Probe-Alarm',
      Policy: 'arn:aws:iam::000000000000:policy/Probe-Policy',
    });
  });

  it('says in one line each what is not run and what has no effect', async () => {
    const lines: string[] = [];
    await startProbe(
      {
        Resources: {
          Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketEncryption: {}, Tags: [] } },
          Role: { Type: 'AWS::IAM::Role' },
          Policy: { Type: 'AWS::IAM::Policy' },
          Other: { Type: 'AWS::IAM::Role' },
        },
      },
      { log: (line) => lines.push(line) },
    );
    expect(lines).toEqual([
      'without effect here: AWS::S3::Bucket (BucketEncryption, Tags)',
      'not run here: AWS::IAM::Policy (1), AWS::IAM::Role (2)',
    ]);
  });

  it('offers the examples of the template, filled in', async () => {
    const Examples = [`aws s3 ls \${Name} \${Unknown}`];
    const { examples } = await startProbe({ ...bucket, Metadata: { Examples } });
    expect(examples).toEqual([`aws s3 ls probe-bucket \${Unknown}`]);
  });
});

describe('a start that fails', () => {
  it('closes what was open by then', async () => {
    const dataDir = aDataDir();
    const clash = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'x' } }; // too short a name
    await expect(startProbe({ Resources: { Clash: clash } }, { dataDir })).rejects.toThrow(/Clash \(AWS::S3::Bucket\)/);
    await startProbe(bucket, { dataDir }); // the lock and the engine's files are free
  });

  it.each([
    ['AWS::S3::Bucket', { BucketName: 'Not_One' }, /^Named \(AWS::S3::Bucket\): .*bucket is not valid/],
    ['AWS::Kinesis::Stream', { Name: 'not one' }, /^Named \(AWS::Kinesis::Stream\): .*streamName/],
  ])('says in a sentence why a service does not take an %s', async (Type, Properties, message) => {
    await expect(startProbe({ Resources: { Named: { Type, Properties } } })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(message),
    });
  });

  it('names an assembly that is none', async () => {
    await expect(startLocal({ assembly: '/nowhere' })).rejects.toThrow(StartError);
  });

  it('names the data directory that is a file', async () => {
    const file = join(aDataDir(), 'file');
    writeFileSync(file, '');
    await expect(startProbe(bucket, { dataDir: file })).rejects.toThrow(
      `${file} can't be used: a file stands where a folder is needed`,
    );
  });

  it('names the directory that holds something else', async () => {
    const dataDir = aDataDir();
    writeFileSync(join(dataDir, 'thesis.txt'), '');
    await expect(startProbe(bucket, { dataDir })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringContaining('holds files that are not data of this release'),
    });
  });

  it('names what an earlier release has left', async () => {
    const dataDir = aDataDir();
    mkdirSync(join(dataDir, 'kinesis'));
    writeFileSync(join(dataDir, 'kinesis', 'CURRENT'), '');
    await expect(startProbe(bucket, { dataDir })).rejects.toThrow('holds data of an earlier release');
  });

  it('names the store that is damaged, and how to go on', async () => {
    const dataDir = aDataDir();
    await (await startProbe(bucket, { dataDir })).close();
    writeFileSync(join(dataDir, 's3', 'store.sqlite'), 'damaged '.repeat(1_000));
    await expect(startProbe(bucket, { dataDir })).rejects.toMatchObject({
      name: 'StartError',
      message: expect.stringMatching(/s3\/store.sqlite is damaged: .* Start with --salvage/),
    });
  });
});

describe('a data directory', () => {
  it('belongs to one runtime at a time, which the other is told', async () => {
    const dataDir = aDataDir();
    const first = await startProbe(bucket, { dataDir });
    await expect(startProbe(bucket, { dataDir })).rejects.toThrow(
      `another runtime (process ${process.pid}) is using ${dataDir}: stop it, or choose another --data-dir`,
    );
    await first.close();
    await startProbe(bucket, { dataDir });
  });

  it('is free again when its runtime was killed', async () => {
    const dataDir = aDataDir();
    const holder = join(import.meta.dirname, 'stack-holder.ts');
    const child = spawn(process.execPath, [holder, writeAssembly(bucket), dataDir], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    undo.push(() => child.kill('SIGKILL'));
    await once(child.stdout, 'data');
    await expect(startProbe(bucket, { dataDir })).rejects.toThrow(`another runtime (process ${child.pid})`);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await startProbe(bucket, { dataDir });
  });
});

describe('a real endpoint in the environment', () => {
  it("takes the engine's place, with the caller's own key", async () => {
    const requests: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      requests.push(`${request.method} ${request.url} ${request.headers.authorization?.split('/')[0]}`);
      response.end();
    }).listen(0, '127.0.0.1');
    undo.push(() => server.close());
    await once(server, 'listening');
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    withEnvironment({ AWS_ENDPOINT_URL_S3: endpoint, AWS_ACCESS_KEY_ID: 'mine', AWS_SECRET_ACCESS_KEY: 'secret' });
    const stack = await startProbe({
      ...bucket,
      Resources: { ...bucket.Resources, Queue: { Type: 'AWS::SQS::Queue' } },
    });
    expect(requests).toEqual(['HEAD /probe-bucket/ AWS4-HMAC-SHA256 Credential=mine']);
    expect(stack.environment).toMatchObject({ AWS_ENDPOINT_URL_S3: endpoint, AWS_ACCESS_KEY_ID: 'mine' });
    expect(stack.environment.AWS_ENDPOINT_URL_SQS).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(new S3Client(clientOf(stack, 'SQS')).send(new ListBucketsCommand())).resolves.toBeDefined();
  });
});
