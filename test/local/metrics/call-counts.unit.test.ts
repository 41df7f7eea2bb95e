import { describe, expect, it } from '@jest/globals';
import { s3Action } from '../../../local/engines/s3-action.ts';
import { accessKeyOf, targetedAction } from '../../../local/metrics/call-counts.ts';

describe('the access key of a call', () => {
  it.each([
    [
      'AWS4-HMAC-SHA256 Credential=AKIAPROBE/20261122/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0',
      'AKIAPROBE',
    ],
    ['AWS4-HMAC-SHA256 Credential=AKIAPROBE', ''],
    ['Bearer x', ''],
    ['', ''],
  ])('is read from the header %j', (authorization, key) => {
    expect(accessKeyOf({ headers: { authorization } })).toBe(key);
  });

  it.each([
    ['/bucket/key?X-Amz-Algorithm=a&X-Amz-Credential=AKIAPROBE%2F20261122%2Fus-east-1&X-Amz-Date=d', 'AKIAPROBE'],
    ['/bucket/key?X-Amz-Credential=AKIAPROBE', ''],
    ['/bucket/key', ''],
  ])('is read from the link %j', (url, key) => {
    expect(accessKeyOf({ headers: {}, url })).toBe(key);
  });

  it('never takes more memory than a name should', () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${'A'.repeat(10_000)}/x`;
    expect(accessKeyOf({ headers: { authorization } }).length).toBeLessThanOrEqual(128);
  });
});

it('the action of a call is what follows the dot of its target', () => {
  expect(targetedAction({ headers: { 'x-amz-target': 'Kinesis_20131202.PutRecords' } })).toBe('PutRecords');
  expect(targetedAction({ headers: {} })).toBe('none');
});

it.each([
  ['PUT', '/invoices/a1/v1/1.json', 'PutObject'],
  ['GET', '/invoices/a1/v1/1.json?x-id=GetObject', 'GetObject'],
  ['HEAD', '/invoices/a1/v1/1.json', 'HeadObject'],
  ['PUT', '/invoices/large?partNumber=1&uploadId=u&x-id=UploadPart', 'UploadPart'],
  ['POST', '/invoices/large?uploadId=u', 'CompleteMultipartUpload'],
  ['GET', '/invoices?list-type=2', 'ListObjectsV2'],
  ['GET', '/invoices/?list-type=2&prefix=a/b', 'ListObjectsV2'],
  ['POST', '/invoices?delete', 'DeleteObjects'],
  ['PUT', '/invoices', 'CreateBucket'],
  ['GET', '/', 'ListBuckets'],
  ['OPTIONS', '/invoices/a', 'Other'],
])('S3 reads %s %s as %s', (method, url, action) => {
  expect(s3Action({ method, url })).toBe(action);
});
