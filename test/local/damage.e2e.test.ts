import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  PutRecordCommand,
} from '@aws-sdk/client-kinesis';
import { ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalStack, startLocal } from '../../local/start-local.ts';
import { type ProbeTemplate, writeAssembly } from '../support/assembly.ts';
import { clientOf } from '../support/client-of.ts';
import { eventually } from '../support/eventually.ts';
import { startRuntime } from './killed-runtime.ts';

/**
 * Damages every file of a data directory in every way. A start on it must name the damage, or serve everything.
 *
 *   DAMAGE=all npx jest test/local/damage     every file in every way; by default each file in one way, in turns
 *   DAMAGE=all npx jest test/local/damage --verbose=false | grep '|'     the table of what happened
 */
const isComplete = process.env.DAMAGE === 'all';

const folder = mkdtempSync(join(tmpdir(), 'damaged-'));
const calls = join(folder, 'calls');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const template: ProbeTemplate = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Queue: { Type: 'AWS::SQS::Queue' },
    Table: {
      Type: 'AWS::DynamoDB::Table',
      Properties: {
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        BillingMode: 'PAY_PER_REQUEST',
      },
    },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
    Reader: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'x', S3Key: 'fn.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: 'arn:aws:iam::000000000000:role/probe',
        Environment: { Variables: { CALLS: calls } },
      },
    },
    Mapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: { 'Fn::GetAtt': ['Stream', 'Arn'] },
        FunctionName: { Ref: 'Reader' },
        StartingPosition: 'TRIM_HORIZON',
      },
    },
  },
  Outputs: Object.fromEntries(['Bucket', 'Table', 'Stream'].map((name) => [name, { Value: { Ref: name } }])),
};
const handler = `const fs = require('node:fs');
exports.handler = async ({ Records }) => {
  for (const { kinesis } of Records) fs.appendFileSync(process.env.CALLS, Buffer.from(kinesis.data, 'base64') + '\\n');
};`;
const assembly = writeAssembly(template, { fn: { 'index.js': handler } });

type Running = Pick<LocalStack, 'environment' | 'outputs'>;

/** The three stores of a running stack, as their users see them. */
class Stores {
  readonly kinesis: KinesisClient;
  readonly dynamoDb: DynamoDBClient;
  readonly s3: S3Client;
  readonly outputs: Readonly<Record<string, string>>;

  constructor(running: Running) {
    this.kinesis = new KinesisClient({ ...clientOf(running, 'KINESIS'), requestHandler: new NodeHttpHandler() });
    this.dynamoDb = new DynamoDBClient(clientOf(running, 'DYNAMODB'));
    this.s3 = new S3Client({ ...clientOf(running, 'S3'), forcePathStyle: true });
    this.outputs = running.outputs;
  }

  async put(name: string): Promise<void> {
    const { Bucket, Table: TableName, Stream: StreamName } = this.outputs;
    const Body = name.repeat(50);
    await Promise.all([
      this.s3.send(new PutObjectCommand({ Bucket, Key: name, Body })),
      this.dynamoDb.send(new PutItemCommand({ TableName, Item: { id: { S: name }, body: { S: Body } } })),
      this.kinesis.send(new PutRecordCommand({ StreamName, PartitionKey: 'k', Data: Buffer.from(name) })),
    ]);
  }

  async held(): Promise<{ objects: string[]; items: string[]; records: string[] }> {
    const { Bucket, Table: TableName, Stream: StreamName } = this.outputs;
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket }));
    const { Items = [] } = await this.dynamoDb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    const { Shards = [] } = await this.kinesis.send(new ListShardsCommand({ StreamName }));
    const { ShardIterator } = await this.kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId: Shards[0]?.ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const { Records = [] } = await this.kinesis.send(new GetRecordsCommand({ ShardIterator }));
    return {
      objects: Contents.map(({ Key = '' }) => Key).sort(),
      items: Items.map(({ id }) => id?.S ?? '').sort(),
      records: Records.map(({ Data = [] }) => Buffer.from(Data).toString()).sort(),
    };
  }

  close(): void {
    for (const client of [this.kinesis, this.dynamoDb, this.s3]) client.destroy();
  }
}

const names = Array.from({ length: 74 }, (_, n) => `n${String(n).padStart(2, '0')}`);
const everything = { objects: names, items: names, records: names };

/** The directory as `kill -9` leaves it, and once as an end leaves it. */
const directories = { killed: join(folder, 'killed'), closed: join(folder, 'closed') };

beforeAll(async () => {
  const runtime = await startRuntime(assembly, directories.killed);
  const stores = new Stores(runtime);
  for (const name of names) await stores.put(name);
  await eventually(() => expect(readFileSync(calls, 'utf8').split('\n')).toHaveLength(names.length + 1));
  stores.close();
  await runtime.kill();
  cpSync(directories.killed, directories.closed, { recursive: true });
  await (await startLocal({ assembly, dataDir: directories.closed })).close();
}, 60_000);

const damages: Readonly<Record<string, (file: string) => void>> = {
  'cut in half': (file) => truncateSync(file, Math.floor(readFileSync(file).length / 2)),
  'one flipped byte': (file) => {
    const bytes = readFileSync(file);
    const at = Math.floor(bytes.length / 2);
    bytes[at] = (bytes[at] ?? 0) ^ 0xff;
    writeFileSync(file, bytes);
  },
  zeros: (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length)),
  removed: (file) => rmSync(file),
};

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('logs/'))
    .sort();

let copies = 0;

/** What became of a start on a damaged copy: everything, or a refusal that names the file or the store. */
const outcomeOf = async (state: keyof typeof directories, file: string, damage: string): Promise<string> => {
  const dataDir = join(folder, `copy-${copies++}`);
  cpSync(directories[state], dataDir, { recursive: true });
  damages[damage]?.(join(dataDir, file));
  try {
    const refusal = await started(dataDir);
    if (refusal === undefined) return 'recovered';
    expect(refusal).toMatch(/Start with --salvage|start with --salvage/);
    expect(refusal).toContain(file.split('/')[0]);
    return `${nameOf(refusal, dataDir)} ${await salvaged(dataDir)}`;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
};

/** Starts, and expects all to be there and read on; answers why it was refused, if it was. */
const started = async (dataDir: string): Promise<string | undefined> => {
  let stack: LocalStack;
  try {
    stack = await startLocal({ assembly, dataDir });
  } catch (error) {
    expect(error).toMatchObject({ name: 'StartError' });
    return (error as Error).message;
  }
  const stores = new Stores(stack);
  try {
    expect(await stores.held()).toEqual(everything);
    await expectReaders(stores);
  } finally {
    stores.close();
    await stack.close();
  }
  return undefined;
};

/** Starts with `--salvage`; answers what is held. */
const salvaged = async (dataDir: string): Promise<string> => {
  const log: string[] = [];
  const stack = await startLocal({ assembly, dataDir, salvage: true, log: (line) => log.push(line) });
  const stores = new Stores(stack);
  try {
    const held = await stores.held();
    for (const each of [held.objects, held.items, held.records]) expect(names).toEqual(expect.arrayContaining(each));
    expect(log).toContainEqual(expect.stringMatching(/^salvage: /));
    await expectReaders(stores);
    const { objects, items, records } = held;
    return `| ${objects.length} objects, ${items.length} items, ${records.length} records`;
  } finally {
    stores.close();
    await stack.close();
  }
};

let written = 0;

/** What is written now reaches the function. */
const expectReaders = async (stores: Stores): Promise<void> => {
  const name = `new-${written++}`;
  await stores.put(name);
  await eventually(() => expect(readFileSync(calls, 'utf8').split('\n')).toContain(name));
};

const nameOf = (refusal: string, dataDir: string): string =>
  refusal.replaceAll(`${dataDir}/`, '').replaceAll(dataDir, 'DIR');

it.each(Object.keys(directories) as (keyof typeof directories)[])(
  'a directory as it is when its runtime was %s: refused by name or whole, whatever was damaged, and salvaged',
  async (state) => {
    expect(existsSync(directories[state])).toBe(true);
    const files = filesIn(directories[state]);
    const all = files.flatMap((file, n) =>
      Object.keys(damages)
        .filter((_, kind) => isComplete || kind === n % 4)
        .map((damage) => [file, damage] as const),
    );
    const rows: string[] = [];
    for (const [file, damage] of all) rows.push(`| ${file} | ${damage} | ${await outcomeOf(state, file, damage)} |`);
    if (isComplete) console.info(rows.join('\n'));
  },
  isComplete ? 900_000 : 240_000,
);
