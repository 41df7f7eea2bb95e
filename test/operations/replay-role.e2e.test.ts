import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import {
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { settingsOf } from '../../operations/clients.ts';
import { type Deployment, deployment, outputOf } from '../../operations/deployment.ts';
import { type RunningOrderSystem, startOrderSystem } from '../support/order-system.ts';

let running: RunningOrderSystem;
let stack: Deployment;
let sts: STSClient;
let credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string };
const open: { destroy(): void }[] = [];

beforeAll(async () => {
  running = await startOrderSystem();
  stack = deployment(running.stack.outputs, running.stack.environment);
  sts = new STSClient(settingsOf(stack.environment, 'STS'));
  open.push(sts);
  const answer = await sts.send(
    new AssumeRoleCommand({ RoleArn: outputOf(stack, 'ReplayRoleArn'), RoleSessionName: 'a-test' }),
  );
  credentials = {
    accessKeyId: answer.Credentials?.AccessKeyId ?? '',
    secretAccessKey: answer.Credentials?.SecretAccessKey ?? '',
    sessionToken: answer.Credentials?.SessionToken ?? '',
  };
}, 60_000);
afterAll(async () => {
  for (const client of open) client.destroy();
  await running.close();
});

const settings = (service: string, keys: object = credentials) => ({
  ...settingsOf(stack.environment, service),
  credentials: keys as typeof credentials,
  maxAttempts: 1,
});
const client = <Client extends { destroy(): void }>(made: Client): Client => {
  open.push(made);
  return made;
};
const lambda = (keys?: object) => client(new LambdaClient(settings('LAMBDA', keys)));
const nothing = JSON.stringify({ Records: [] });
const functionCalled = (description: string): string => {
  const found = [...running.stack.functions.values()].find(({ functionName }) => functionName.includes(description));
  if (!found) throw new Error(`no function ${description}`);
  return found.functionName;
};

describe('the replay role', () => {
  it('may invoke each slot of each projection', async () => {
    for (const { blue, green } of [stack.slots.orders, stack.slots.invoices])
      for (const { function: FunctionName } of [blue, green])
        expect(await lambda().send(new InvokeCommand({ FunctionName, Payload: nothing }))).toMatchObject({
          StatusCode: 200,
        });
  });

  it('may invoke no other function, neither one that is there nor one that is not', async () => {
    const others = ['OrderApiIngest', 'OrderApiQuery', 'EventCheck'].map(functionCalled);
    for (const FunctionName of [...others, 'none']) {
      const call = lambda().send(new InvokeCommand({ FunctionName, Payload: nothing }));
      await expect(call).rejects.toMatchObject({
        name: 'AccessDeniedException',
        message: expect.stringMatching(
          /assumed-role\/.+\/a-test is not authorized to perform: lambda:InvokeFunction on/,
        ),
      });
    }
  });

  it('may do nothing else in Lambda', async () => {
    const { function: FunctionName, mapping: UUID } = stack.slots.orders.blue;
    await expect(lambda().send(new GetFunctionCommand({ FunctionName }))).rejects.toThrow('lambda:GetFunction on');
    await expect(lambda().send(new ListFunctionsCommand({}))).rejects.toThrow('lambda:ListFunctions on');
    await expect(lambda().send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }))).rejects.toThrow(
      'lambda:UpdateEventSourceMapping on',
    );
  });

  it('may neither read nor write the stream, the tables, the buckets', async () => {
    const kinesis = client(new KinesisClient(settings('KINESIS')));
    const dynamodb = client(new DynamoDBClient(settings('DYNAMODB')));
    const s3 = client(new S3Client(settings('S3')));
    const StreamName = outputOf(stack, 'StreamName');
    const TableName = outputOf(stack, 'OrderTableName');
    const Bucket = outputOf(stack, 'InvoiceBucketName');
    const Key = { accountid: { S: 'a1' }, vendorid: { S: 'v1' } };
    const attempts = [
      () => kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from('{}') })),
      () => dynamodb.send(new GetItemCommand({ TableName, Key })),
      () => dynamodb.send(new PutItemCommand({ TableName, Item: Key })),
      () => s3.send(new GetObjectCommand({ Bucket, Key: 'k' })),
      () => s3.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' })),
    ];
    for (const attempt of attempts)
      await expect(attempt()).rejects.toMatchObject({
        name: expect.stringMatching(/^AccessDenied/),
        $metadata: { httpStatusCode: 403 },
      });
  });

  it('is nobody without the token of its session', async () => {
    const { sessionToken: _, ...keys } = credentials;
    const call = (more: object) =>
      lambda({ ...keys, ...more }).send(
        new InvokeCommand({ FunctionName: stack.slots.orders.blue.function, Payload: nothing }),
      );
    await expect(call({})).rejects.toThrow('is invalid or has expired');
    await expect(call({ sessionToken: 'made up' })).rejects.toThrow('is invalid or has expired');
  });

  it('is told from the operator', async () => {
    const own = client(new STSClient(settings('STS')));
    expect(await own.send(new GetCallerIdentityCommand({}))).toMatchObject({
      Account: '000000000000',
      Arn: expect.stringMatching(/^arn:aws:sts::000000000000:assumed-role\/.+\/a-test$/),
    });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::000000000000:root');
  });

  it('is assumed by nobody whom it or a policy does not let, and is the only one that may be assumed', async () => {
    const assume = (from: STSClient, RoleArn: string) =>
      from.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'a-test' }));
    const own = client(new STSClient(settings('STS')));
    const [ingest] = [...running.stack.functions.values()].filter(({ functionName }) =>
      functionName.includes('Ingest'),
    );

    await expect(assume(own, outputOf(stack, 'ReplayRoleArn'))).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(sts, ingest?.roleArn ?? '')).rejects.toMatchObject({ name: 'AccessDenied' });
    await expect(assume(sts, 'arn:aws:iam::000000000000:role/none')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('refuses a session of a wrong name or length', async () => {
    const assume = (more: object) =>
      sts.send(new AssumeRoleCommand({ RoleArn: outputOf(stack, 'ReplayRoleArn'), RoleSessionName: 'ok', ...more }));
    await expect(assume({ RoleSessionName: 'a b' })).rejects.toThrow('RoleSessionName must be');
    await expect(assume({ DurationSeconds: 10 })).rejects.toThrow('DurationSeconds must be 900 to 43200');
  });
});
