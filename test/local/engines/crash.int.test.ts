import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  paginateScan,
} from '@aws-sdk/client-dynamodb';
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { startEngineThread } from '../../../local/engines/engine-thread.ts';
import { startKinesis } from '../../../local/engines/kinesis.ts';
import { eventually } from '../../support/eventually.ts';
import { client, credentials, scratchFolder, started } from './scratch.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const folder = scratchFolder();
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
});

async function startHolder() {
  const { accessKeyId, secretAccessKey } = credentials;
  const holder = join(import.meta.dirname, 'engine-holder.ts');
  const child = spawn(process.execPath, [holder, folder, accessKeyId, secretAccessKey], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  const [line] = await once(createInterface(child.stdout), 'line');
  const urls = JSON.parse(line) as { kinesis: string; dynamoDb: string; s3: string };
  const clients = {
    kinesis: new KinesisClient({ ...client, endpoint: urls.kinesis, requestHandler: new NodeHttpHandler() }),
    dynamoDb: new DynamoDBClient({ ...client, endpoint: urls.dynamoDb }),
    s3: new S3Client({ ...client, endpoint: urls.s3 }),
    sqs: new SQSClient({ ...client, endpoint: urls.s3 }),
  };
  return { child, ...clients };
}
type Holder = Awaited<ReturnType<typeof startHolder>>;

async function prepare({ kinesis, dynamoDb, s3, sqs }: Holder): Promise<string | undefined> {
  await kinesis.send(new CreateStreamCommand({ StreamName: 'log', ShardCount: 1 }));
  await dynamoDb.send(
    new CreateTableCommand({
      TableName: 'items',
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    }),
  );
  await s3.send(new CreateBucketCommand({ Bucket: 'objects' }));
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'messages' }));
  await eventually(async () => {
    const stream = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'log' }));
    const table = await dynamoDb.send(new DescribeTableCommand({ TableName: 'items' }));
    expect([stream.StreamDescriptionSummary?.StreamStatus, table.Table?.TableStatus]).toEqual(['ACTIVE', 'ACTIVE']);
  });
  return QueueUrl;
}

/** Writes one thing after another until the engine is gone; answers what it acknowledged. */
async function writeOn(kind: string, write: (id: string) => Promise<unknown>): Promise<string[]> {
  const acknowledged: string[] = [];
  for (let number = 0; ; number++) {
    const id = `${kind}-${number}`;
    try {
      await write(id);
    } catch {
      return acknowledged;
    }
    acknowledged.push(id);
  }
}

async function readLog(kinesis: KinesisClient): Promise<string[]> {
  const shard = { StreamName: 'log', ShardId: 'shardId-000000000000', ShardIteratorType: 'TRIM_HORIZON' } as const;
  const { ShardIterator } = await kinesis.send(new GetShardIteratorCommand(shard));
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ Data }) => new TextDecoder().decode(Data));
}

it('kill -9 in the middle of writing loses nothing that was acknowledged, in any engine', async () => {
  const before = await startHolder();
  const QueueUrl = await prepare(before);
  const { kinesis, dynamoDb, s3, sqs } = before;
  const writers = [0, 1, 2, 3].map((writer) => [
    writeOn(`record-${writer}`, (id) =>
      kinesis.send(new PutRecordCommand({ StreamName: 'log', PartitionKey: id, Data: Buffer.from(id) })),
    ),
    writeOn(`item-${writer}`, (id) =>
      dynamoDb.send(new PutItemCommand({ TableName: 'items', Item: { id: { S: id } } })),
    ),
    writeOn(`object-${writer}`, (id) =>
      s3.send(new PutObjectCommand({ Bucket: 'objects', Key: id, Body: `body of ${id}` })),
    ),
    writeOn(`message-${writer}`, (id) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: id }))),
  ]);
  await eventually(async () => expect((await readLog(kinesis)).length).toBeGreaterThan(50));
  before.child.kill('SIGKILL');
  const acknowledged = (await Promise.all(writers.flat())).flat();
  const of = (kind: string) => acknowledged.filter((id) => id.startsWith(kind));
  for (const kind of ['record', 'item', 'object', 'message']) expect(of(kind).length).toBeGreaterThan(5);

  const after = await startHolder();
  expect(await readLog(after.kinesis)).toEqual(expect.arrayContaining(of('record')));
  const items: (string | undefined)[] = [];
  for await (const page of paginateScan({ client: after.dynamoDb }, { TableName: 'items' })) {
    items.push(...(page.Items ?? []).map((item) => item.id?.S));
  }
  expect(items).toEqual(expect.arrayContaining(of('item')));
  for (const Key of of('object')) {
    const { Body } = await after.s3.send(new GetObjectCommand({ Bucket: 'objects', Key }));
    expect(await Body?.transformToString()).toBe(`body of ${Key}`);
  }
  const messages: (string | undefined)[] = [];
  for (let more = true; more; ) {
    const { Messages = [] } = await after.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    messages.push(...Messages.map(({ Body }) => Body));
    more = Messages.length > 0;
  }
  expect(messages).toEqual(expect.arrayContaining(of('message')));
});

it('an engine whose folder another process holds names it', async () => {
  await expect(startKinesis({ path: join(folder, 'kinesis') })).rejects.toThrow(
    `${join(folder, 'kinesis')} is in use by another process`,
  );
});

const startDoomed = (onCrash: (error: Error) => void) =>
  started(
    startEngineThread({
      name: 'Doomed',
      module: new URL('./crashing-worker.ts', import.meta.url),
      workerData: { path: scratchFolder() },
      onCrash,
    }),
  );

it('an engine that fails at a request answers 500; one that stops is heard of, and its close is done at once', async () => {
  const crashes: Error[] = [];
  const engine = await startDoomed((error) => crashes.push(error));
  const answer = await fetch(engine.url);
  expect([answer.status, await answer.json()]).toEqual([500, { __type: 'InternalFailure', message: 'out of luck' }]);
  expect(crashes).toEqual([]);

  await fetch(`${engine.url}/later`).catch(() => undefined);
  await eventually(() =>
    expect(crashes.map(({ message }) => message)).toEqual(['The Doomed engine stopped: out of luck']),
  );
  await engine.close();
});

it('an engine tells its calls, keeps nothing of what it has told, and has none once it has stopped', async () => {
  const engine = await startDoomed(() => {});
  await fetch(engine.url);
  const told = await Promise.all(Array.from({ length: 2 }, () => engine.calls()));
  expect(told.map(([count]) => count?.calls)).toEqual([1, 1]);
  const forgotten = told.map((calls) => new WeakRef(calls));
  told.length = 0;
  await eventually(() => {
    collectGarbage();
    expect(forgotten.map((calls) => calls.deref())).toEqual([undefined, undefined]);
  });

  const last = engine.calls();
  await Promise.all([fetch(`${engine.url}/later`).catch(() => undefined), last]);
  await engine.close();
  expect(await engine.calls()).toEqual([]);
});
