import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { canonicalJson } from '../../../domain/canonical-json.ts';
import { TaskAuditBucket } from '../../../lambda/stores/task-audit-bucket.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { client, keys, scratchFolder, started } from '../../local/engines/scratch.ts';
import { create, history, taskId, update } from '../../support/tasks.ts';

const Bucket = 'audit';

it('keeps each event of a task as one object, under its version, the same however often it is written', async () => {
  const { url: endpoint } = await started(startS3AndSqs({ path: scratchFolder(), keys }));
  const s3 = new S3Client({ ...client, endpoint, requestChecksumCalculation: 'WHEN_REQUIRED' });
  await s3.send(new CreateBucketCommand({ Bucket }));
  const { events } = history([create, update({ summary: 'Zürich 😀' })]);
  const audit = new TaskAuditBucket(s3, Bucket);

  for (const event of [...events, ...events]) await audit.put(event);

  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents.map(({ Key }) => Key)).toEqual([`events/task/${taskId}-1.json`, `events/task/${taskId}-2.json`]);
  const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket, Key: `events/task/${taskId}-2.json` }));
  expect([await Body?.transformToString(), ContentType]).toEqual([canonicalJson(events[1]), 'application/json']);
  s3.destroy();
});
