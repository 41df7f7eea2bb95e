import { EventEmitter } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { s3Action } from '../../../local/engines/s3-and-sqs/s3/action.ts';
import { accessKeyOf, CallCounts, targetedAction } from '../../../local/metrics/call-counts.ts';

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

describe('counts of calls', () => {
  const call = (
    counts: CallCounts,
    socket: object,
    action: string,
    bytes: { bytesRead: number; bytesWritten: number },
    accessKeyId = '',
  ) => {
    const response = new EventEmitter();
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20261122/us-east-1/s3/aws4_request`;
    const request = { headers: { authorization }, url: '/', socket };
    counts.count(request as unknown as IncomingMessage, response as unknown as ServerResponse, 's3', action);
    Object.assign(socket, bytes);
    response.emit('close');
  };

  it('take of a connection what each call added to it', () => {
    const counts = new CallCounts();
    const socket = {};
    call(counts, socket, 'PutObject', { bytesRead: 100, bytesWritten: 30 });
    call(counts, socket, 'GetObject', { bytesRead: 120, bytesWritten: 530 });
    call(counts, {}, 'GetObject', { bytesRead: 20, bytesWritten: 500 });
    expect(counts.list()).toEqual([
      { accessKeyId: '', service: 's3', action: 'PutObject', calls: 1, bytesIn: 100, bytesOut: 30 },
      { accessKeyId: '', service: 's3', action: 'GetObject', calls: 2, bytesIn: 40, bytesOut: 1_000 },
    ]);
  });

  it.each([
    ['actions', (index: number) => [`Made${index}`, '']],
    ['keys', (index: number) => ['others', `AKIA${index}`]],
  ] as const)('are bounded, whatever %s callers make up', (_, madeUp) => {
    const counts = new CallCounts();
    for (let index = 0; index < 3_000; index++) {
      const [action = '', accessKeyId] = madeUp(index);
      call(counts, {}, action, { bytesRead: 1, bytesWritten: 1 }, accessKeyId);
    }
    expect(counts.list().length).toBeLessThanOrEqual(2_001);
    expect(counts.list().reduce((sum, { calls }) => sum + calls, 0)).toBe(3_000);
    const others = counts.list().find(({ accessKeyId, action }) => accessKeyId === '' && action === 'others');
    expect(others?.calls).toBe(1_000);
  });
});
