import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient, ListStreamsCommand } from '@aws-sdk/client-dynamodb-streams';
import { DescribeStreamSummaryCommand, KinesisClient } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, describe, expect, it } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { LocalStack } from '../../../local/start-local.ts';
import { clientOf } from '../../support/client-of.ts';
import { startProbe } from './probe-stack.ts';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});
const aDataDir = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'probe-data-'));
  directories.push(directory);
  return directory;
};

const output = (name: string, attribute?: string) => ({
  Value: attribute ? { 'Fn::GetAtt': [name, attribute] } : { Ref: name },
});

describe('AWS::Kinesis::Stream', () => {
  const start = async (Properties: Record<string, unknown>, dataDir?: string, log?: (line: string) => void) => {
    const stack = await startProbe(
      {
        Resources: {
          Stream: { Type: 'AWS::Kinesis::Stream', Properties },
          Consumer: {
            Type: 'AWS::Kinesis::StreamConsumer',
            Properties: { ConsumerName: 'fast', StreamARN: { 'Fn::GetAtt': ['Stream', 'Arn'] } },
          },
        },
        Outputs: {
          Name: output('Stream'),
          Arn: output('Stream', 'Arn'),
          ConsumerArn: output('Consumer', 'ConsumerARN'),
        },
      },
      { dataDir, log },
    );
    const client = new KinesisClient({ ...clientOf(stack, 'KINESIS'), requestHandler: new NodeHttpHandler() });
    const { StreamDescriptionSummary } = await client.send(
      new DescribeStreamSummaryCommand({ StreamName: stack.outputs.Name }),
    );
    client.destroy();
    return { stack, summary: StreamDescriptionSummary };
  };

  it('is active with its shards, its retention and its ARN', async () => {
    const { stack, summary } = await start({ ShardCount: 3, RetentionPeriodHours: 48 });
    expect(summary).toMatchObject({ StreamStatus: 'ACTIVE', OpenShardCount: 3, RetentionPeriodHours: 48 });
    expect(stack.outputs).toEqual({
      Name: 'Probe-Stream',
      Arn: 'arn:aws:kinesis:us-east-1:000000000000:stream/Probe-Stream',
      ConsumerArn: expect.stringMatching(
        /^arn:aws:kinesis:us-east-1:000000000000:stream\/Probe-Stream\/consumer\/fast:\d{10}$/,
      ),
    });
  });

  it('has four shards on demand', async () => {
    const { summary } = await start({ StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
    expect(summary).toMatchObject({ OpenShardCount: 4, StreamModeDetails: { StreamMode: 'ON_DEMAND' } });
  });

  it('keeps its records for a year, and takes large ones, if the template says so', async () => {
    const { summary } = await start({ ShardCount: 1, RetentionPeriodHours: 8_760, MaxRecordSizeInKiB: 10_240 });
    expect(summary).toMatchObject({ RetentionPeriodHours: 8_760, MaxRecordSizeInKiB: 10_240 });
  });

  it('is taken up again, with its consumer and another retention too, but not with another number of shards', async () => {
    const dataDir = aDataDir();
    const { stack: first } = await start({ ShardCount: 2 }, dataDir);
    await first.close();
    const { stack, summary } = await start({ ShardCount: 2, RetentionPeriodHours: 30 }, dataDir);
    expect(summary).toMatchObject({ OpenShardCount: 2, RetentionPeriodHours: 30, ConsumerCount: 1 });
    expect(stack.outputs.ConsumerArn).toBe(first.outputs.ConsumerArn);
    await stack.close();
    await expect(start({ ShardCount: 3 }, dataDir)).rejects.toThrow(
      `Stream (AWS::Kinesis::Stream): ${dataDir} holds this stream with 2 shards, the template wants 3; choose another`,
    );
  });
});

describe.each([
  ['AWS::DynamoDB::Table', {}],
  ['AWS::DynamoDB::GlobalTable', { Replicas: [{ Region: { Ref: 'AWS::Region' } }] }],
])('%s', (Type, more) => {
  const attribute = (AttributeName: string) => ({ AttributeName, AttributeType: 'S' });
  const key = (AttributeName: string, KeyType = 'HASH') => ({ AttributeName, KeyType });
  const index = {
    IndexName: 'byPlace',
    KeySchema: [key('place')],
    Projection: { ProjectionType: 'ALL' },
  };
  const shape = {
    AttributeDefinitions: [attribute('id'), attribute('place')],
    KeySchema: [key('id')],
    GlobalSecondaryIndexes: [index],
    BillingMode: 'PAY_PER_REQUEST',
    ...more,
  };
  const start = (Properties: Record<string, unknown>, dataDir?: string, outputs = {}, lines: string[] = []) =>
    startProbe(
      {
        Resources: { Table: { Type, Properties } },
        Outputs: { Name: output('Table'), Arn: output('Table', 'Arn'), ...outputs },
      },
      { dataDir, log: (line) => lines.push(line) },
    );
  const client = (stack: LocalStack) => new DynamoDBClient(clientOf(stack, 'DYNAMODB'));

  it('is active with its keys and its indexes', async () => {
    const stack = await start(shape);
    const { Table } = await client(stack).send(new DescribeTableCommand({ TableName: stack.outputs.Name }));
    expect(Table).toMatchObject({ TableStatus: 'ACTIVE', KeySchema: [key('id')] });
    expect(Table?.GlobalSecondaryIndexes?.[0]).toMatchObject({ ...index, IndexStatus: 'ACTIVE' });
    expect(stack.outputs.Arn).toBe('arn:aws:dynamodb:us-east-1:000000000000:table/Probe-Table');
  });

  it('is taken up again with its items, but not with other keys or indexes', async () => {
    const dataDir = aDataDir();
    const first = await start(shape, dataDir);
    const Item = { id: { S: '1' } };
    await client(first).send(new PutItemCommand({ TableName: first.outputs.Name, Item }));
    await first.close();
    const second = await start(shape, dataDir);
    expect((await client(second).send(new GetItemCommand({ TableName: second.outputs.Name, Key: Item }))).Item).toEqual(
      Item,
    );
    await second.close();
    const { GlobalSecondaryIndexes: _, ...unindexed } = { ...shape, AttributeDefinitions: [attribute('id')] };
    const complaint = `Table (${Type}): ${dataDir} holds this table with other keys or indexes than the template's`;
    await expect(start(unindexed, dataDir)).rejects.toThrow(complaint);
    const rekeyed = { ...shape, KeySchema: [key('place')] };
    await expect(start(rekeyed, dataDir)).rejects.toThrow(complaint);
  });

  it('has the stream that the template wants, in data of an earlier one too', async () => {
    const dataDir = aDataDir();
    const streaming = async (StreamViewType?: string) => {
      const Properties = StreamViewType ? { ...shape, StreamSpecification: { StreamViewType } } : shape;
      const stack = await start(Properties, dataDir, StreamViewType ? { StreamArn: output('Table', 'StreamArn') } : {});
      const streams = new DynamoDBStreamsClient(clientOf(stack, 'DYNAMODB_STREAMS'));
      const { Streams = [] } = await streams.send(new ListStreamsCommand({ TableName: stack.outputs.Name }));
      const all = await Promise.all(
        Streams.map(async ({ StreamArn }) => {
          const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
          return [StreamDescription?.StreamViewType, StreamDescription?.StreamStatus, StreamArn];
        }),
      );
      streams.destroy();
      await stack.close();
      return { all, arn: stack.outputs.StreamArn };
    };
    expect((await streaming()).all).toEqual([]);
    const first = await streaming('NEW_IMAGE');
    expect(first.all).toEqual([['NEW_IMAGE', 'ENABLED', first.arn]]);
    expect(first.arn).toMatch(/^arn:aws:dynamodb:us-east-1:000000000000:table\/Probe-Table\/stream\/\d{4}-/);
    expect(await streaming('NEW_IMAGE')).toEqual(first);
    const second = await streaming('KEYS_ONLY');
    expect(second.all).toEqual([
      ['NEW_IMAGE', 'DISABLED', first.arn],
      ['KEYS_ONLY', 'ENABLED', second.arn],
    ]);
    expect((await streaming()).all.map(([, status]) => status)).toEqual(['DISABLED', 'DISABLED']);
  });

  it('gives out no ARN of a stream that it does not have', async () => {
    const lines: string[] = [];
    const stack = await start(shape, undefined, { StreamArn: output('Table', 'StreamArn') }, lines);
    expect(stack.outputs.StreamArn).toBeUndefined();
    expect(lines.join('\n')).toContain(`Table (${Type}) has no attribute StreamArn here`);
  });
});

describe('AWS::DynamoDB::GlobalTable with other replicas', () => {
  const start = (Replicas: object[], lines: string[] = []) =>
    startProbe(
      {
        Resources: {
          Table: {
            Type: 'AWS::DynamoDB::GlobalTable',
            Properties: {
              AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
              KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
              StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
              Replicas,
            },
          },
        },
        Outputs: { StreamArn: output('Table', 'StreamArn') },
      },
      { log: (line) => lines.push(line) },
    );

  it('is run in its own region; the others are named', async () => {
    const lines: string[] = [];
    const stack = await start([{ Region: 'eu-west-1' }, { Region: 'us-east-1' }, { Region: 'us-west-2' }], lines);
    expect(lines).toContain('without effect here: the replicas of Table in eu-west-1, us-west-2');
    expect(stack.outputs.StreamArn).toContain('arn:aws:dynamodb:us-east-1:');
  });

  it('is refused where none is in its own region', async () => {
    await expect(start([{ Region: 'eu-west-1' }, { Region: 'us-west-2' }])).rejects.toThrow(
      'Replicas.0.Region: us-east-1 is run, not eu-west-1, us-west-2',
    );
    await expect(start([])).rejects.toThrow('Replicas: one replica at least is needed');
  });
});

describe('AWS::S3::Bucket', () => {
  it('keeps its objects from start to start under one name', async () => {
    const dataDir = aDataDir();
    const start = () =>
      startProbe(
        {
          Resources: {
            Invoices: { Type: 'AWS::S3::Bucket', Properties: { VersioningConfiguration: { Status: 'Enabled' } } },
          },
          Outputs: { Name: output('Invoices'), Arn: output('Invoices', 'Arn') },
        },
        { dataDir },
      );
    const first = await start();
    expect(first.outputs).toEqual({ Name: 'probe-invoices', Arn: 'arn:aws:s3:::probe-invoices' });
    const object = { Bucket: 'probe-invoices', Key: 'a/b.json' };
    await new S3Client(clientOf(first, 'S3')).send(new PutObjectCommand({ ...object, Body: 'one' }));
    await first.close();
    const { Body } = await new S3Client(clientOf(await start(), 'S3')).send(new GetObjectCommand(object));
    expect(await Body?.transformToString()).toBe('one');
  });
});

describe('AWS::SQS::Queue', () => {
  const queues = (VisibilityTimeout: number) => ({
    Resources: {
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          VisibilityTimeout,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
      Ordered: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true, ContentBasedDeduplication: true } },
    },
    Outputs: { Url: output('Queue'), Arn: output('Queue', 'Arn'), Ordered: output('Ordered', 'QueueName') },
  });

  it('keeps its messages, and follows the settings of the template', async () => {
    const dataDir = aDataDir();
    const first = await startProbe(queues(40), { dataDir });
    expect(first.outputs).toMatchObject({
      Arn: 'arn:aws:sqs:us-east-1:000000000000:Probe-Queue',
      Ordered: 'Probe-Ordered.fifo',
    });
    const QueueUrl = first.outputs.Url;
    await new SQSClient(clientOf(first, 'SQS')).send(new SendMessageCommand({ QueueUrl, MessageBody: 'hello' }));
    await first.close();

    const second = await startProbe(queues(50), { dataDir });
    const client = new SQSClient(clientOf(second, 'SQS'));
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: second.outputs.Url, AttributeNames: ['All'] }),
    );
    expect(Attributes?.VisibilityTimeout).toBe('50');
    expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:Probe-Dead',
      maxReceiveCount: 3,
    });
    const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: second.outputs.Url }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['hello']);
  });

  it('goes back to the defaults of AWS where the template says nothing any more', async () => {
    const dataDir = aDataDir();
    const set = { DelaySeconds: 5, VisibilityTimeout: 40, MessageRetentionPeriod: 60 };
    const properties = { ...queues(40).Resources.Queue.Properties, ...set };
    const of = (Properties: Record<string, unknown>) => {
      const { Dead, Queue } = queues(40).Resources;
      return { Resources: { Dead, Queue: { ...Queue, Properties } }, Outputs: { Url: output('Queue') } };
    };
    await (await startProbe(of(properties), { dataDir })).close();

    const stack = await startProbe(of({}), { dataDir });
    const client = new SQSClient(clientOf(stack, 'SQS'));
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl: stack.outputs.Url, AttributeNames: ['All'] }),
    );
    expect(Attributes).toMatchObject({
      DelaySeconds: '0',
      VisibilityTimeout: '30',
      MessageRetentionPeriod: '345600',
    });
    expect(Attributes).not.toHaveProperty('RedrivePolicy');
  });

  it('stops the start at a setting out of range, by its name', async () => {
    const queue = { Type: 'AWS::SQS::Queue', Properties: { DelaySeconds: 901 } };
    await expect(startProbe({ Resources: { Queue: queue }, Outputs: {} })).rejects.toThrow(
      /Queue \(AWS::SQS::Queue\): DelaySeconds: .*900/,
    );
  });
});
