import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, it } from '@jest/globals';
import { systemClock } from '../../../local/clock.ts';
import type { LocalContext } from '../../../local/context.ts';
import { openDestination } from '../../../local/event-source-mapping/on-failure-destination.ts';
import { clientOf } from '../../support/client-of.ts';
import { eventually } from '../../support/eventually.ts';
import { type Probe, runProbes } from '../../support/probe.ts';

const throwing = () => {
  throw new Error('poison');
};
const atOnce = { MaximumRetryAttempts: 0 };

const probes = runProbes(
  {
    bucket: { handler: throwing, mapping: atOnce, onFailure: 's3' },
    bytes: { handler: throwing, mapping: atOnce, onFailure: 's3' },
    queue: { handler: throwing, mapping: atOnce, onFailure: 'sqs' },
    shards: { handler: throwing, mapping: atOnce, onFailure: 's3', shards: 2 },
    absent: {
      handler: ({ data }) => {
        if (data.includes('r0')) throw new Error('poison');
      },
      mapping: {
        ...atOnce,
        BatchSize: 1,
        DestinationConfig: { OnFailure: { Destination: 'arn:aws:sqs:us-east-1:000000000000:comes-later' } },
      },
    },
    consumer: {
      mapping: { EventSourceArn: { Ref: 'Reader' } },
    },
    plain: { mapping: {} },
  } satisfies Record<string, Probe>,
  {
    resources: {
      Reader: {
        Type: 'AWS::Kinesis::StreamConsumer',
        Properties: { ConsumerName: 'reader', StreamARN: { 'Fn::GetAtt': ['consumerStream', 'Arn'] } },
      },
    },
  },
);

describe('the on-failure destination', () => {
  it('§1.8 S3 gets the fields of AWS in their order, and the event as an escaped string, as it was sent', async () => {
    const [first, second] = await probes.put('bucket', ['r0', 'r1']);
    const [record] = await probes.setAside('bucket', 1);
    const { key, ...body } = record ?? { key: '' };
    const [call] = probes.calls('bucket');

    expect(Object.keys(body)).toEqual([
      'requestContext',
      'responseContext',
      'version',
      'timestamp',
      'KinesisBatchInfo',
      'payload',
    ]);
    expect(body).toMatchObject({
      requestContext: {
        requestId: call?.requestId,
        functionArn: probes.functionOf('bucket').functionArn,
        condition: 'RetryAttemptsExhausted',
        approximateInvokeCount: 1,
      },
      responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
      version: '1.0',
      KinesisBatchInfo: {
        shardId: 'shardId-000000000000',
        startSequenceNumber: first,
        endSequenceNumber: second,
        batchSize: 2,
        streamArn: call?.event.Records[0]?.eventSourceARN,
      },
      payload: JSON.stringify(call?.event),
    });
  });

  it('§1.8 S3 objects lie under mapping, shard and day, with dots in the time', async () => {
    const [record] = await probes.setAside('bucket', 1);
    const uuid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';

    expect(record?.key).toMatch(
      new RegExp(
        `^aws/lambda/${uuid}/shardId-000000000000/(\\d{4})/(\\d\\d)/(\\d\\d)/\\1-\\2-\\3T\\d\\d\\.\\d\\d\\.\\d\\d-${uuid}$`,
      ),
    );
    expect(record?.key).toContain(probes.mappingOf('bucket'));
  });

  it('§1.8 tells arrival times to the millisecond', async () => {
    const [record] = await probes.setAside('bucket', 1);
    const [call] = probes.calls('bucket');
    const arrivedAt = (index: number) =>
      new Date(
        Math.round((call?.event.Records[index]?.kinesis.approximateArrivalTimestamp ?? 0) * 1_000),
      ).toISOString();

    expect(record?.KinesisBatchInfo).toMatchObject({
      approximateArrivalOfFirstRecord: arrivedAt(0),
      approximateArrivalOfLastRecord: arrivedAt(1),
    });
  });

  it('§1.8 the payload holds every byte of a record that is not text', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
    await probes.put('bytes', [bytes]);
    const [record] = await probes.setAside('bytes', 1);

    expect(JSON.parse(record?.payload ?? '').Records[0].kinesis.data).toBe(Buffer.from(bytes).toString('base64'));
  });

  it('§1.8 S3 gets an event whole that takes 12 MB as an escaped string', async () => {
    const { endpoint: s3, ...client } = clientOf(probes.stack, 'S3');
    const context = { ...client, clock: systemClock, endpoints: { s3 } } as LocalContext;
    const destination = openDestination(`arn:aws:s3:::${probes.stack.outputs.Failures}`, context);
    const records = [{ sequenceNumber: '1', partitionKey: 'k', arrivedAtMs: 0 }];
    const payload = JSON.stringify({ Records: ['"'.repeat(3_000_000)] });
    const from = {
      mappingUuid: probes.mappingOf('plain'),
      functionArn: 'arn:fn',
      streamArn: 'arn:stream',
      shardId: 'shardId-0',
      batchInfo: { name: 'DDBStreamBatchInfo', time: String },
    };
    const setAside = { records, condition: 'RetryAttemptsExhausted', approximateInvokeCount: 1 } as const;
    await destination.take(setAside, from, { requestId: 'r', payload });
    await destination.close();
    const [record] = await probes.setAside('plain', 1);

    expect(record?.payload === payload).toBe(true);
    expect(record?.DDBStreamBatchInfo?.batchSize).toBe(1);
  });

  it('§1.8 SQS gets the metadata alone', async () => {
    await probes.put('queue', ['r0', 'r1']);
    const [body = ''] = await probes.queued('queue', 1);

    expect(Object.keys(JSON.parse(body))).toEqual([
      'requestContext',
      'responseContext',
      'version',
      'timestamp',
      'KinesisBatchInfo',
    ]);
    expect(JSON.parse(body).KinesisBatchInfo.batchSize).toBe(2);
  });

  it('§1.8 each shard sets aside on its own', async () => {
    await probes.put('shards', ['r0', 'r1', 'r2', 'r3', 'r4', 'r5', 'r6', 'r7'], (index) => `key-${index}`);
    const records = await probes.setAside('shards', 2);

    expect(records.map(({ KinesisBatchInfo }) => KinesisBatchInfo.shardId).sort()).toEqual([
      'shardId-000000000000',
      'shardId-000000000001',
    ]);
    expect(records.map(({ KinesisBatchInfo }) => KinesisBatchInfo.batchSize).reduce((sum, size) => sum + size)).toBe(8);
  });

  it('§1.8 a destination that cannot be reached is tried until it can; until then the shard waits', async () => {
    const [poison] = await probes.put('absent', ['r0', 'r1']);
    await eventually(() =>
      expect(probes.log.join('\n')).toContain('absentMapping: shardId-000000000000: setting aside failed'),
    );
    expect(probes.batches('absent')).toEqual([['r0']]);
    expect(probes.checkpoint('absent')).toBeUndefined();
    const sqs = new SQSClient(clientOf(probes.stack, 'SQS'));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'comes-later' }));
    await probes.called('absent', 2);
    const { Messages: [message] = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    sqs.destroy();

    expect(JSON.parse(message?.Body ?? '').KinesisBatchInfo.startSequenceNumber).toBe(poison);
    expect(probes.batches('absent')).toEqual([['r0'], ['r1']]);
  });
});

describe('the event', () => {
  it('§1.9 has the fields of AWS in their order', async () => {
    const [sequenceNumber] = await probes.put('plain', ['r0'], () => 'ключ "1"');
    const [call] = await probes.called('plain', 1);
    const [record] = call?.event.Records ?? [];
    const arrivedAt = record?.kinesis.approximateArrivalTimestamp ?? 0;
    const stream = `arn:aws:kinesis:us-east-1:000000000000:stream/${probes.streamOf('plain')}`;

    expect(JSON.stringify(call?.event)).toBe(
      `{"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"ключ \\"1\\"","sequenceNumber":"${sequenceNumber}",` +
        `"data":"cjA=","approximateArrivalTimestamp":${arrivedAt}},"eventSource":"aws:kinesis","eventVersion":"1.0",` +
        `"eventID":"shardId-000000000000:${sequenceNumber}","eventName":"aws:kinesis:record",` +
        `"invokeIdentityArn":"arn:aws:iam::000000000000:role/probe","awsRegion":"us-east-1","eventSourceARN":"${stream}"}]}`,
    );
  });

  it('§1.9 tells the arrival in seconds, with milliseconds', async () => {
    const [call] = await probes.called('plain', 1);
    const arrivedAtMs = (call?.event.Records[0]?.kinesis.approximateArrivalTimestamp ?? 0) * 1_000;

    expect(Math.abs(arrivedAtMs - Math.round(arrivedAtMs))).toBeLessThan(0.001);
    expect((call?.atMs ?? 0) - arrivedAtMs).toBeLessThan(10_000);
    expect((call?.atMs ?? 0) - arrivedAtMs).toBeGreaterThanOrEqual(0);
  });

  it('§1.9 delivers the bytes of a record as they were put', async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 1_000 }, (_, index) => (index * 7) % 256));
    await probes.put('plain', [bytes]);
    const calls = await probes.called('plain', 2);

    expect(calls.at(-1)?.event.Records[0]?.kinesis.data).toBe(bytes.toString('base64'));
  });

  it('§1.9 names the consumer where the mapping reads by one', async () => {
    await probes.put('consumer', ['r0']);
    const [call] = await probes.called('consumer', 1);

    expect(call?.event.Records[0]?.eventSourceARN).toMatch(
      /^arn:aws:kinesis:us-east-1:000000000000:stream\/[^/]+\/consumer\/reader:\d+$/,
    );
  });
});
