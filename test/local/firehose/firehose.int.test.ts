import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type LocalStack, startLocal } from '../../../local/start-local.ts';
import { type ProbeResource, writeAssembly } from '../../support/assembly.ts';
import { eventually } from '../../support/eventually.ts';
import { fastPace } from '../../support/probe.ts';
import { RunningFirehose } from './running-firehose.ts';

const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const role = 'arn:aws:iam::000000000000:role/firehose';
const parameters = (values: Record<string, unknown>) =>
  Object.entries(values).map(([ParameterName, ParameterValue]) => ({ ParameterName, ParameterValue }));

const stream = (destination: Record<string, unknown>, properties: object = {}): ProbeResource => ({
  Type: 'AWS::KinesisFirehose::DeliveryStream',
  Properties: {
    DeliveryStreamType: 'DirectPut',
    ...properties,
    ExtendedS3DestinationConfiguration: {
      BucketARN: arnOf('Bucket'),
      RoleARN: role,
      BufferingHints: { IntervalInSeconds: 0, SizeInMBs: 1 },
      CloudWatchLoggingOptions: { Enabled: true },
      ...destination,
    },
  },
});
const transforming = (more: Record<string, unknown> = {}) => ({
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      {
        Type: 'Lambda',
        Parameters: parameters({
          LambdaArn: arnOf('Transformer'),
          RoleArn: role,
          BufferIntervalInSeconds: '0',
          ...more,
        }),
      },
    ],
  },
});

/** Does with each record what its data says. */
const transformer = `
let calls = 0;
exports.handler = async (event) => {
  const texts = event.records.map(({ data }) => Buffer.from(data, 'base64').toString());
  if (texts.includes('throw')) throw new Error('no');
  if (texts.includes('nothing')) return null;
  if (texts.includes('event')) return { records: event.records.map(({ recordId }) => ({ recordId, result: 'Ok', data: Buffer.from(JSON.stringify({ ...event, records: event.records }) + '\\n').toString('base64') })) };
  const records = event.records.flatMap(({ recordId, data }, index) => {
    switch (texts[index]) {
      case 'drop': return [{ recordId, result: 'Dropped', data }];
      case 'fail': return [{ recordId, result: 'ProcessingFailed', data }];
      case 'missing': return [];
      case 'twice': return [{ recordId, result: 'Ok', data }, { recordId, result: 'Ok', data }];
      case 'unknown': return [{ recordId: 'stranger', result: 'Ok', data }, { recordId, result: 'Ok', data }];
      case 'garbled': return [{ recordId, result: 'Ok', data: '%%%' }];
      case 'odd': return [{ recordId, result: 'Perhaps', data }];
      default: return [{ recordId, result: 'Ok', data: Buffer.from(texts[index].toUpperCase() + '\\n').toString('base64') }];
    }
  });
  return { records };
};`;

const template = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 2 } },
    Transformer: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        Code: { S3Bucket: 'x', S3Key: 'fn.zip' },
        Handler: 'index.handler',
        Runtime: 'nodejs24.x',
        Role: role,
      },
    },
    Plain: stream({
      Prefix: 'plain/!{timestamp:yyyy/MM/dd}/',
      ErrorOutputPrefix: 'failed/!{firehose:error-output-type}/',
      FileExtension: '.json',
    }),
    Zipped: stream({
      Prefix: 'zipped/',
      CompressionFormat: 'GZIP',
      ProcessingConfiguration: { Enabled: true, Processors: [{ Type: 'AppendDelimiterToRecord', Parameters: [] }] },
    }),
    Made: stream({ Prefix: 'made/', ErrorOutputPrefix: 'unmade/', ...transforming() }),
    Tried: stream({ Prefix: 'tried/', ...transforming({ NumberOfRetries: '2' }) }),
    Read: stream(
      { Prefix: 'read/', ...transforming() },
      {
        DeliveryStreamType: 'KinesisStreamAsSource',
        KinesisStreamSourceConfiguration: { KinesisStreamARN: arnOf('Stream'), RoleARN: role },
      },
    ),
  },
  Outputs: Object.fromEntries(
    ['Bucket', 'Stream', 'Plain', 'Zipped', 'Made', 'Tried', 'Read'].map((name) => [name, { Value: { Ref: name } }]),
  ),
};

let stack: LocalStack;
let running: RunningFirehose;

beforeAll(async () => {
  stack = await startLocal({ assembly: writeAssembly(template, { fn: { 'index.js': transformer } }), pace: fastPace });
  running = new RunningFirehose(stack);
});

afterAll(async () => {
  running?.disconnect();
  await stack?.close();
});

const errorsOf = (body: Buffer): Record<string, unknown>[] =>
  body
    .toString()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

describe('a delivery stream', () => {
  it('writes records one after the other, under the key that its prefix says', async () => {
    const { FailedPutCount, RequestResponses } = await running.putAll('Plain', ['{"n":1}\n', '{"n":2}\n']);
    const [object, ...others] = await running.objects('plain/', 1);

    expect(FailedPutCount).toBe(0);
    expect(new Set(RequestResponses?.map(({ RecordId }) => RecordId)).size).toBe(2);
    expect(object?.key).toMatch(
      /^plain\/\d{4}\/\d\d\/\d\d\/Probe-Plain-1-\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9a-f-]{36}\.json$/,
    );
    expect(object?.body.toString()).toBe('{"n":1}\n{"n":2}\n');
    expect(others).toEqual([]);
  });

  it('puts objects under its own name, as the metrics tell', async () => {
    await running.put('Plain', '{"n":3}');
    await running.objects('plain/', 1);
    const { calls } = await stack.metrics();
    const writers = calls.filter(({ action }) => action === 'PutObject').map(({ principal }) => principal);

    expect(writers).toEqual(['Probe-Plain']);
  });

  it('compresses, delimits, and files by the hour where the prefix says nothing of time', async () => {
    await running.put('Zipped', 'a');
    const [object] = await running.objects('zipped/', 1);

    expect(object?.key).toMatch(/^zipped\/\d{4}\/\d\d\/\d\d\/\d\d\/Probe-Zipped-1-.*\.gz$/);
    expect(gunzipSync(object?.body ?? Buffer.of()).toString()).toBe('a\n');
  });

  it('reads a Kinesis stream, and tells the transformation where each record stood', async () => {
    await running.putToStream('Stream', [{ key: 'k', data: 'event' }]);
    const [object] = await running.objects('read/', 1);
    const event = JSON.parse(object?.body.toString() ?? '');

    expect(event).toMatchObject({
      invocationId: expect.any(String),
      deliveryStreamArn: 'arn:aws:firehose:us-east-1:000000000000:deliverystream/Probe-Read',
      sourceKinesisStreamArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/Probe-Stream',
      region: 'us-east-1',
    });
    expect(event.records).toEqual([
      {
        recordId: expect.any(String),
        approximateArrivalTimestamp: expect.any(Number),
        data: Buffer.from('event').toString('base64'),
        kinesisRecordMetadata: {
          shardId: expect.stringMatching(/^shardId-00000000000[01]$/),
          partitionKey: 'k',
          sequenceNumber: expect.stringMatching(/^\d{56}$/),
          subsequenceNumber: '',
          approximateArrivalTimestamp: event.records[0].approximateArrivalTimestamp,
        },
      },
    ]);
  });
});

describe('a delivery stream that reads Kinesis', () => {
  it('goes on with the children of a shard that was split', async () => {
    const sent = (when: string) => Array.from({ length: 20 }, (_, n) => ({ key: `k${n}`, data: `${when} ${n}` }));
    await running.putToStream('Stream', sent('before'));
    await running.split('Stream');
    await running.putToStream('Stream', sent('after'));

    await eventually(
      async () => {
        const objects = await running.objects('read/', 1);
        const lines = objects.flatMap(({ body }) => body.toString().split('\n')).filter((line) => /^[A-Z]/.test(line));
        expect(lines.toSorted()).toEqual([...sent('BEFORE'), ...sent('AFTER')].map(({ data }) => data).toSorted());
      },
      10_000,
      20,
    );
  });
});

describe('a transformation', () => {
  it('§13.18 keeps what is Ok, leaves out what is Dropped, sets aside what is missing', async () => {
    await running.putAll('Made', ['a', 'drop', 'missing', 'b']);
    const [made] = await running.objects('made/', 1);
    const [unmade] = await running.objects('unmade/', 1);

    expect(made?.body.toString()).toBe('A\nB\n');
    expect(unmade?.key).toMatch(/^unmade\/processing-failed\/\d{4}\/\d\d\/\d\d\/\d\d\/Probe-Made-1-/);
    expect(errorsOf(unmade?.body ?? Buffer.of())).toEqual([
      {
        attemptsMade: 1,
        arrivalTimestamp: expect.any(Number),
        errorCode: 'Lambda.MissingRecordId',
        errorMessage: expect.any(String),
        attemptEndingTimestamp: expect.any(Number),
        rawData: Buffer.from('missing').toString('base64'),
        lambdaArn: 'arn:aws:lambda:us-east-1:000000000000:function:Probe-Transformer',
      },
    ]);
  });

  it('fails a record alone for whatever is wrong with its result', async () => {
    await running.putAll('Made', ['fail', 'twice', 'garbled', 'odd', 'unknown', 'c']);
    const made = await running.objects('made/', 2);
    const unmade = await running.objects('unmade/', 2);
    const failures = unmade
      .flatMap(({ body }) => errorsOf(body))
      .map(({ rawData, errorCode }) => [Buffer.from(`${rawData}`, 'base64').toString(), errorCode]);

    expect(made.map(({ body }) => body.toString())).toContain('unknownC\n');
    expect(failures).toEqual(
      expect.arrayContaining([
        ['fail', 'Lambda.ProcessingFailedStatus'],
        ['twice', 'Lambda.DuplicatedRecordId'],
        ['garbled', 'Lambda.JsonMappingException'],
        ['odd', 'Lambda.JsonProcessingException'],
      ]),
    );
    expect(failures).toHaveLength(5); // with the one of the test before
  });

  it('is tried again as often as it says when the function fails, then all its records have failed', async () => {
    await running.putAll('Tried', ['a', 'throw']);
    const [failed] = await running.objects('tried/processing-failed/', 1);

    expect(errorsOf(failed?.body ?? Buffer.of())).toEqual([
      expect.objectContaining({ attemptsMade: 3, errorCode: 'Lambda.FunctionError' }),
      expect.objectContaining({ attemptsMade: 3, errorCode: 'Lambda.FunctionError' }),
    ]);
  });

  it('has failed all its records when it answers nothing that can be read', async () => {
    await running.putAll('Tried', ['nothing']);
    const failed = await running.objects('tried/processing-failed/', 2);
    const codes = failed.flatMap(({ body }) => errorsOf(body)).map(({ errorCode }) => errorCode);

    expect(codes).toContain('Lambda.JsonProcessingException');
  });
});

describe('a put is refused', () => {
  it.each([
    ['of no stream there is', () => running.put('Nothing', 'a'), 'ValidationException'],
    ['of more than 500 records', () => running.putAll('Plain', Array(501).fill('a')), 'ValidationException'],
    ['of no record', () => running.putAll('Plain', []), 'ValidationException'],
    ['of a record above 1,000 KiB', () => running.put('Plain', 'x'.repeat(1_024_001)), 'ValidationException'],
    ['above 4 MiB', () => running.putAll('Plain', Array(5).fill('x'.repeat(900_000))), 'InvalidArgumentException'],
    ['to a stream that reads Kinesis', () => running.put('Read', 'a'), 'InvalidArgumentException'],
  ])('%s', async (_, put, name) => {
    await expect(put()).rejects.toMatchObject({ name, $metadata: { httpStatusCode: 400 } });
  });

  it('without a signature', async () => {
    const answer = await fetch(stack.environment.AWS_ENDPOINT_URL_FIREHOSE ?? '', { method: 'POST', body: '{}' });

    expect(answer.status).toBe(403);
  });
});
