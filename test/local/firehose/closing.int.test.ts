import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { awsPace } from '../../../local/pace.ts';
import { writeAssembly } from '../../support/assembly.ts';
import { whileRunning } from './running-firehose.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'closing-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const role = 'arn:aws:iam::000000000000:role/firehose';
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });
const stream = (Prefix: string, more: object = {}) => ({
  Type: 'AWS::KinesisFirehose::DeliveryStream',
  Properties: { ...more, ExtendedS3DestinationConfiguration: { BucketARN: arnOf('Bucket'), RoleARN: role, Prefix } },
});
const names = ['Bucket', 'Stream', 'Direct'];
const template = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket' },
    Stream: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
    Direct: stream('direct/'),
    Read: stream('read/', {
      DeliveryStreamType: 'KinesisStreamAsSource',
      KinesisStreamSourceConfiguration: { KinesisStreamARN: arnOf('Stream'), RoleARN: role },
    }),
  },
  Outputs: Object.fromEntries(names.map((name) => [name, { Value: { Ref: name } }])),
};

/** On the same data each time, the buffers as patient as on AWS. */
const options = { assembly: writeAssembly(template), dataDir, pace: awsPace };

it('writes what the buffers hold and the stream has taken when the runtime closes, once', async () => {
  await whileRunning(options, async (firehose) => {
    await firehose.put('Direct', 'put');
    await firehose.putToStream('Stream', [{ key: 'k', data: 'streamed' }]);
  });
  await whileRunning(options, async () => {});
  const objects = await whileRunning(options, (firehose) => firehose.objects('', 2));

  expect(objects.map(({ key, body }) => [key.split('/')[0], body.toString()])).toEqual([
    ['direct', 'put'],
    ['read', 'streamed'],
  ]);
});
