import { malformedXml } from './errors.ts';
import type { S3Answer, S3Request } from './request.ts';
import type { S3Stores } from './stores.ts';
import { xmlType } from './write-object.ts';
import { document, element, elements, textOf } from './xml.ts';

export const listBuckets = ({ buckets }: S3Stores): S3Answer => {
  const listed = buckets
    .list()
    .map(({ name, created }) => elements({ Name: name, CreationDate: new Date(created).toISOString() }))
    .map((xml) => `<Bucket>${xml}</Bucket>`);
  const owner = `<Owner>${elements({ ID: '000000000000', DisplayName: 'local' })}</Owner>`;
  const xml = document('ListAllMyBucketsResult', `${owner}<Buckets>${listed.join('')}</Buckets>`);
  return { status: 200, headers: xmlType, body: xml };
};

export const createBucket = ({ buckets }: S3Stores, { bucket }: S3Request, now: number): S3Answer => {
  buckets.create(bucket, now);
  return { status: 200, headers: { location: `/${bucket}` } };
};

export const headBucket = ({ buckets }: S3Stores, { bucket }: S3Request): S3Answer => {
  buckets.get(bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': process.env.AWS_REGION ?? 'us-east-1' } };
};

export const deleteBucket = ({ buckets }: S3Stores, { bucket }: S3Request): S3Answer => {
  buckets.remove(bucket);
  return { status: 204, headers: {} };
};

export const getVersioning = ({ buckets }: S3Stores, { bucket }: S3Request): S3Answer => {
  const { versioning } = buckets.get(bucket);
  return { status: 200, headers: xmlType, body: document('VersioningConfiguration', element('Status', versioning)) };
};

export const putVersioning = ({ buckets }: S3Stores, { bucket, payload }: S3Request): S3Answer => {
  buckets.get(bucket);
  const status = textOf(payload.bytes.toString(), 'Status')?.trim();
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  buckets.setVersioning(bucket, status);
  return { status: 200, headers: {} };
};
