import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { KinesisStreamEvent } from 'aws-lambda';
import type { Clock } from '../../local/clock.ts';
import type { LocalFunction } from '../../local/lambda/local-function.ts';
import { laptopPace, type Pace } from '../../local/pace.ts';
import { type LocalStack, startLocal } from '../../local/start-local.ts';
import { type ProbeResource, writeAssembly } from './assembly.ts';
import { clientOf } from './client-of.ts';
import { eventually } from './eventually.ts';
import { assetsOf, type Probe, type ProbeEvent, templateOf } from './probe-template.ts';

export type { Invocation, Probe } from './probe-template.ts';

/** One invocation, as the function wrote it down before it handled it. */
export interface Call {
  readonly data: string[];
  readonly event: ProbeEvent;
  readonly requestId: string;
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

export interface InvocationRecord {
  readonly requestContext: { readonly condition: string; readonly approximateInvokeCount: number };
  readonly responseContext?: { readonly functionError: string | null };
  readonly KinesisBatchInfo: {
    readonly batchSize: number;
    readonly startSequenceNumber: string;
    readonly endSequenceNumber: string;
    readonly shardId: string;
  };
  /** In the place of the above, where the source is a DynamoDB stream. */
  readonly DDBStreamBatchInfo?: InvocationRecord['KinesisBatchInfo'];
  readonly payload?: string;
}

/** Waits for nothing that a test would have to wait for. */
export const fastPace: Pace = {
  ...laptopPace,
  pollIntervalMs: 50,
  gatherMs: 0,
  retryBackoffMs: (retry) => Math.min(20, 2 * retry),
  asyncRetryMs: (retry) => 2 * retry,
  quietWindowMs: 100,
};

export interface ProbeOptions {
  readonly pace?: Pace;
  readonly clock?: Clock;
  readonly environments?: number;
  readonly dataDir?: string;
  readonly salvage?: boolean;
  /** Further resources of the template. */
  readonly resources?: Readonly<Record<string, ProbeResource>>;
}

/**
 * Runs probes in one runtime, against the real engines, for the tests of one file: a template of its own with a stream,
 * a function and a mapping each.
 */
export const runProbes = <Name extends string>(probes: Record<Name, Probe>, options: ProbeOptions = {}) => {
  const running = new RunningProbes(probes, options);
  beforeAll(() => running.start());
  afterAll(() => running.close());
  return running as RunningProbes<Name>;
};

export class RunningProbes<Name extends string> {
  readonly log: string[] = [];
  stack!: LocalStack;
  kinesis!: KinesisClient;
  dynamoDb!: DynamoDBClient;
  private readonly options: ProbeOptions;
  private readonly directory = mkdtempSync(join(tmpdir(), 'probes-'));
  private readonly assembly: string;
  private s3!: S3Client;
  private sqs!: SQSClient;

  constructor(probes: Record<Name, Probe>, options: ProbeOptions) {
    this.options = options;
    const { Resources, Outputs } = templateOf(probes, this.directory);
    this.assembly = writeAssembly(
      { Resources: { ...Resources, ...options.resources }, Outputs: Outputs ?? {} },
      assetsOf(probes),
    );
  }

  async start(): Promise<void> {
    this.stack = await startLocal({
      pace: fastPace,
      ...this.options,
      assembly: this.assembly,
      log: (line) => this.log.push(line),
    });
    this.kinesis = new KinesisClient({ ...clientOf(this.stack, 'KINESIS'), requestHandler: new NodeHttpHandler() });
    this.dynamoDb = new DynamoDBClient(clientOf(this.stack, 'DYNAMODB'));
    this.s3 = new S3Client({ ...clientOf(this.stack, 'S3'), forcePathStyle: true });
    this.sqs = new SQSClient(clientOf(this.stack, 'SQS'));
  }

  /** Closes the runtime, so that `start` begins a new one on the same data. */
  async stop(): Promise<void> {
    for (const client of [this.kinesis, this.dynamoDb, this.s3, this.sqs]) client.destroy();
    await this.stack.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Lets every `opened` of the probe's handler resolve, the past ones and those to come. */
  open(name: Name): void {
    writeFileSync(`${join(this.directory, name)}.open`, '');
  }

  /** Writes items one after the other, with these ids and an attribute `v`. */
  async putItems(name: Name, ids: readonly string[], v = '1'): Promise<void> {
    for (const id of ids)
      await this.dynamoDb.send(
        new PutItemCommand({ TableName: this.output(name, 'Table'), Item: { id: { S: id }, v: { S: v } } }),
      );
  }

  /** What the mapping's checkpoint of a shard says. */
  checkpoint(name: Name, shard = 0): Record<string, unknown> | undefined {
    const file = join(
      this.stack.dataDir,
      'checkpoints',
      this.mappingOf(name),
      `shardId-${String(shard).padStart(12, '0')}`,
    );
    return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).content : undefined;
  }

  functionOf(name: Name): LocalFunction {
    const found = [...this.stack.functions.values()].find(
      ({ functionName }) => functionName === this.output(name, 'Function'),
    );
    if (!found) throw new Error(`no function ${name}`);
    return found;
  }

  streamOf(name: Name): string {
    return this.output(name, 'Stream');
  }

  mappingOf(name: Name): string {
    return this.output(name, 'Mapping');
  }

  /** Puts records in one call, so that they arrive together; answers with their sequence numbers. */
  async put(
    name: Name,
    data: readonly (string | Uint8Array)[],
    keyOf: (index: number) => string = () => 'k',
  ): Promise<string[]> {
    const Records = data.map((each, index) => ({ Data: Buffer.from(each as string), PartitionKey: keyOf(index) }));
    const output = await this.kinesis.send(new PutRecordsCommand({ StreamName: this.streamOf(name), Records }));
    return (output.Records ?? []).map(({ SequenceNumber }) => SequenceNumber as string);
  }

  /** Every invocation so far. */
  calls(name: Name): Call[] {
    const file = join(this.directory, name);
    if (!existsSync(file)) return [];
    return readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }

  /** The records of every invocation so far. */
  batches(name: Name): string[][] {
    return this.calls(name).map(({ data }) => data);
  }

  /** Waits for that many invocations, and answers with all there are. */
  async called(name: Name, times: number): Promise<Call[]> {
    return eventually(() => atLeast(times, this.calls(name), `invocations of ${name}`), 5_000, 5);
  }

  /** Waits for that many invocation records in the on-failure bucket. */
  async setAside(name: Name, count: number): Promise<(InvocationRecord & { readonly key: string })[]> {
    return eventually(
      async () => {
        const Bucket = this.stack.outputs.Failures as string;
        const Prefix = `aws/lambda/${this.mappingOf(name)}/`;
        const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
        atLeast(count, Contents, `records set aside by ${name}`);
        const read = async (key: string) => {
          const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key: key }));
          return { key, ...JSON.parse((await Body?.transformToString()) ?? '') };
        };
        const records = await Promise.all(Contents.map(({ Key = '' }) => read(Key)));
        return records.sort((a, b) => (start(a) < start(b) ? -1 : 1));
      },
      5_000,
      5,
    );
  }

  /** The bodies of that many messages in the probe's on-failure queue. */
  async queued(name: Name, count: number): Promise<string[]> {
    const bodies: string[] = [];
    return eventually(
      async () => {
        const QueueUrl = this.output(name, 'Queue');
        const { Messages = [] } = await this.sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
        bodies.push(...Messages.map(({ Body = '' }) => Body));
        return atLeast(count, bodies, `messages of ${name}`);
      },
      5_000,
      5,
    );
  }

  private output(name: Name, kind: string): string {
    const value = this.stack.outputs[`${name}${kind}`];
    if (value === undefined) throw new Error(`no output ${name}${kind}`);
    return value;
  }
}

/** The data of the records in an invocation record's payload. */
export const dataOf = ({ payload = '{"Records":[]}' }: InvocationRecord): string[] =>
  (JSON.parse(payload) as KinesisStreamEvent).Records.map(({ kinesis }) =>
    Buffer.from(kinesis.data, 'base64').toString(),
  );

/** Batches of the names r0, r1 … from `first` on. */
export const names = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `r${first + index}`);

const atLeast = <T>(count: number, all: T[], what: string): T[] => {
  if (all.length < count) throw new Error(`${all.length} ${what}, not ${count}`);
  return all;
};

const start = ({ KinesisBatchInfo, DDBStreamBatchInfo }: InvocationRecord): string =>
  (KinesisBatchInfo ?? DDBStreamBatchInfo)?.startSequenceNumber ?? '';
