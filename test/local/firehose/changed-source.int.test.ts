import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { writeAssembly } from '../../support/assembly.ts';
import { fastPace } from '../../support/probe.ts';
import { type RunningFirehose, whileRunning } from './running-firehose.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'changed-source-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const role = 'arn:aws:iam::000000000000:role/firehose';
const arnOf = (logicalId: string) => ({ 'Fn::GetAtt': [logicalId, 'Arn'] });

/** Runs one delivery stream, always on the same data, that reads a stream of this name. */
const whileReading = async <T>(source: string, work: (firehose: RunningFirehose) => Promise<T>): Promise<T> => {
  const assembly = writeAssembly({
    Resources: {
      Bucket: { Type: 'AWS::S3::Bucket' },
      [source]: { Type: 'AWS::Kinesis::Stream', Properties: { ShardCount: 1 } },
      Delivery: {
        Type: 'AWS::KinesisFirehose::DeliveryStream',
        Properties: {
          DeliveryStreamType: 'KinesisStreamAsSource',
          KinesisStreamSourceConfiguration: { KinesisStreamARN: arnOf(source), RoleARN: role },
          ExtendedS3DestinationConfiguration: { BucketARN: arnOf('Bucket'), RoleARN: role },
        },
      },
    },
    Outputs: { Bucket: { Value: { Ref: 'Bucket' } }, Source: { Value: { Ref: source } } },
  });
  return whileRunning({ assembly, dataDir, pace: fastPace }, work);
};

it("reads another stream than before by that one's own checkpoints", async () => {
  await whileReading('One', async (firehose) => {
    await firehose.putToStream('Source', [{ key: 'k', data: 'one' }]);
    await firehose.objects('', 1);
  });
  const objects = await whileReading('Two', async (firehose) => {
    await firehose.putToStream('Source', [{ key: 'k', data: 'two' }]);
    return firehose.objects('', 2);
  });

  expect(objects.map(({ body }) => body.toString()).toSorted()).toEqual(['one', 'two']);
});
