import { Agent, request } from 'node:http';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { Engine } from '../../../local/engines/engine.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { client, keys, scratchFolder, started } from './scratch.ts';

const Bucket = 'objects';
const mebibyte = 1_048_576;
let engine: Engine;
let s3: S3Client;

beforeAll(async () => {
  engine = await started(startS3AndSqs({ path: scratchFolder(), keys }));
  s3 = new S3Client({ ...client, endpoint: engine.url, logger: { ...console, warn: () => {} } });
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => s3.destroy());

const put = (Key: string, Body: string | Uint8Array, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) => {
  const { Body, ...about } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
  return { ...about, text: await Body?.transformToString() };
};
const refusedWith = (name: string, httpStatusCode: number) => ({ name, $metadata: { httpStatusCode } });

describe('a conditional write', () => {
  it('makes an object only if there is none', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    await expect(put('once', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject(
      refusedWith('PreconditionFailed', 412),
    );
    expect((await get('once')).text).toBe('first');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'once' }));
    await put('once', 'second', { IfNoneMatch: '*' });
  });

  it('lets one of many through that come at once', async () => {
    const writes = Array.from({ length: 20 }, (_, index) => put('race', `${index}`, { IfNoneMatch: '*' }));
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('replaces only the object that it knows', async () => {
    const { ETag } = await put('known', 'one');
    await put('known', 'two', { IfMatch: ETag });
    await expect(put('known', 'three', { IfMatch: ETag })).rejects.toMatchObject(
      refusedWith('PreconditionFailed', 412),
    );
    await expect(put('unknown', 'one', { IfMatch: ETag })).rejects.toMatchObject(refusedWith('NoSuchKey', 404));
    expect((await get('known')).text).toBe('two');
  });
});

describe('a conditional read', () => {
  it('answers 304 to whoever has the object, and 412 to whoever wants another', async () => {
    const { ETag } = await put('read', 'body');
    const future = new Date(Date.now() + 3_600_000);
    const unchanged = { $metadata: { httpStatusCode: 304 } };
    await expect(get('read', { IfNoneMatch: ETag })).rejects.toMatchObject(unchanged);
    await expect(get('read', { IfModifiedSince: future })).rejects.toMatchObject(unchanged);
    await expect(get('read', { IfMatch: '"other"' })).rejects.toMatchObject(refusedWith('PreconditionFailed', 412));
    await expect(get('read', { IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject(
      refusedWith('PreconditionFailed', 412),
    );
    expect((await get('read', { IfMatch: ETag, IfNoneMatch: '"other"' })).text).toBe('body');
  });
});

describe('a part of an object', () => {
  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=7-99', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', '0123456789', 'bytes 0-9/10'],
    ['lines=1-2', '0123456789', undefined],
    ['bytes=0-1,4-5', '0123456789', undefined],
  ])('%s', async (Range, text, ContentRange) => {
    await put('ten', '0123456789');
    const answer = await get('ten', { Range });
    expect([answer.text, answer.ContentRange]).toEqual([text, ContentRange]);
  });

  it('that lies outside is 416', async () => {
    await put('ten', '0123456789');
    await expect(get('ten', { Range: 'bytes=10-' })).rejects.toMatchObject(refusedWith('InvalidRange', 416));
  });
});

describe('a checksum', () => {
  it.each(['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const)(
    '%s comes back, and is checked',
    async (ChecksumAlgorithm) => {
      const name = `Checksum${ChecksumAlgorithm}` as const;
      const written = await put('sum', 'body', { ChecksumAlgorithm });
      const read = await get('sum', { ChecksumMode: 'ENABLED' });
      expect([read[name], read.text]).toEqual([written[name], 'body']);
      await expect(put('sum', 'other', { [name]: written[name] })).rejects.toMatchObject(refusedWith('BadDigest', 400));
      await expect(put('sum', 'other', { [name]: 'AAA=' })).rejects.toMatchObject(refusedWith('InvalidRequest', 400));
      expect((await get('sum')).text).toBe('body');
    },
  );

  it('behind a stream is checked too', async () => {
    const upload = (ChecksumCRC32: string) =>
      put('trailing', Readable.from([Buffer.from('one '), Buffer.from('two')]) as never, {
        ContentLength: 7,
        ChecksumCRC32,
      });
    await expect(upload('AAAAAA==')).rejects.toMatchObject(refusedWith('BadDigest', 400));
    await expect(get('trailing')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('Content-MD5 is checked', async () => {
    const ContentMD5 = Buffer.alloc(16).toString('base64');
    await expect(put('md5', 'body', { ContentMD5 })).rejects.toMatchObject(refusedWith('BadDigest', 400));
    await expect(put('md5', 'body', { ContentMD5: 'short' })).rejects.toMatchObject(refusedWith('InvalidDigest', 400));
  });
});

it('keeps the headers of an object, and a copy has them or others', async () => {
  const about = {
    CacheControl: 'no-cache',
    ContentDisposition: 'attachment',
    ContentEncoding: 'gzip',
    ContentLanguage: 'de',
    Expires: new Date('2030-01-01T00:00:00Z'),
    Metadata: { order: 'o-1' },
  };
  await put('headers', 'body', about);
  const { Expires: _, ...kept } = about;
  expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'headers' }))).toMatchObject(kept);
  const copy = { Bucket, CopySource: `${Bucket}/headers` };
  await s3.send(new CopyObjectCommand({ ...copy, Key: 'copied' }));
  expect(await get('copied')).toMatchObject({ ...kept, text: 'body' });
  await s3.send(new CopyObjectCommand({ ...copy, Key: 'headers', MetadataDirective: 'REPLACE', Metadata: { a: 'b' } }));
  const replaced = await get('headers');
  expect([replaced.Metadata, replaced.CacheControl, replaced.text]).toEqual([{ a: 'b' }, undefined, 'body']);
  await expect(s3.send(new CopyObjectCommand({ ...copy, Key: 'headers' }))).rejects.toMatchObject({
    name: 'InvalidRequest',
  });
});

describe('an upload in parts', () => {
  const Key = 'parts/large';
  const first = Buffer.alloc(5 * mebibyte + 100, 'first ');
  const second = Buffer.from('second');

  it('becomes one object, with the checksum of its parts', async () => {
    const { UploadId } = await s3.send(
      new CreateMultipartUploadCommand({ Bucket, Key, ChecksumAlgorithm: 'SHA256', Metadata: { a: 'b' } }),
    );
    const upload = { Bucket, Key, UploadId, ChecksumAlgorithm: 'SHA256' as const };
    const Parts = [];
    for (const [PartNumber, Body] of [
      [7, second],
      [2, Buffer.from('left out')],
      [1, Buffer.from('replaced')],
      [1, first],
    ] as const) {
      const part = await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body }));
      if (Body === first || Body === second)
        Parts.unshift({ PartNumber, ETag: part.ETag, ChecksumSHA256: part.ChecksumSHA256 });
    }
    const listed = await s3.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }));
    expect([listed.Parts?.map(({ PartNumber }) => PartNumber), listed.IsTruncated]).toEqual([[1, 2], true]);
    const done = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect([done.ETag, done.ChecksumSHA256, done.ChecksumType]).toEqual([
      expect.stringMatching(/^"[0-9a-f]{32}-2"$/),
      expect.stringMatching(/-2$/),
      'COMPOSITE',
    ]);

    const whole = await s3.send(new GetObjectCommand({ Bucket, Key }));
    const bytes = Buffer.from((await whole.Body?.transformToByteArray()) ?? []);
    expect(bytes.equals(Buffer.concat([first, second]))).toBe(true);
    expect(whole.Metadata).toEqual({ a: 'b' });
    const across = await get(Key, { Range: `bytes=${first.length - 3}-${first.length + 2}` });
    expect(across.text).toBe(first.subarray(-3).toString() + second.subarray(0, 3).toString());
    const part = await get(Key, { PartNumber: 7 });
    expect([part.text, part.PartsCount]).toEqual(['second', 2]);
    await expect(s3.send(new ListPartsCommand({ Bucket, Key, UploadId }))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });

  it('may take its parts from other objects', async () => {
    await put('source', '0123456789');
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'joined' }));
    const upload = { Bucket, Key: 'joined', UploadId };
    const { CopyPartResult } = await s3.send(
      new UploadPartCopyCommand({
        ...upload,
        PartNumber: 1,
        CopySource: `${Bucket}/source`,
        CopySourceRange: 'bytes=2-4',
      }),
    );
    const Parts = [{ PartNumber: 1, ETag: CopyPartResult?.ETag }];
    await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    expect((await get('joined')).text).toBe('234');
  });

  it('is refused if a part is missing, too small or not in order, and goes when it is aborted', async () => {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const upload = { Bucket, Key, UploadId };
    const send = async (PartNumber: number) => ({
      PartNumber,
      ETag: (await s3.send(new UploadPartCommand({ ...upload, PartNumber, Body: second }))).ETag,
    });
    const [one, two] = [await send(1), await send(2)];
    const complete = (Parts: object[]) =>
      s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
    await expect(complete([two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete([one, { ...two, PartNumber: 3 }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete([one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await s3.send(new AbortMultipartUploadCommand(upload));
    await expect(complete([one])).rejects.toMatchObject({ name: 'NoSuchUpload' });
  });
});

describe('a bucket that keeps versions', () => {
  const versioned = 'versioned';
  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: versioned }));
    const VersioningConfiguration = { Status: 'Enabled' as const };
    await s3.send(new PutBucketVersioningCommand({ Bucket: versioned, VersioningConfiguration }));
  });

  it('keeps what is replaced and what is deleted', async () => {
    const Key = 'invoice';
    const write = (Body: string) => s3.send(new PutObjectCommand({ Bucket: versioned, Key, Body }));
    const [one, two] = [await write('one'), await write('two')];
    const deleted = await s3.send(new DeleteObjectCommand({ Bucket: versioned, Key }));
    expect([one.VersionId === two.VersionId, deleted.DeleteMarker]).toEqual([false, true]);
    const read = (more: object) => get(Key, { Bucket: versioned, ...more });
    await expect(read({})).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect((await s3.send(new ListObjectsV2Command({ Bucket: versioned }))).KeyCount).toBe(0);
    expect((await read({ VersionId: one.VersionId })).text).toBe('one');
    await expect(read({ VersionId: deleted.VersionId })).rejects.toMatchObject(refusedWith('MethodNotAllowed', 405));
    await expect(read({ VersionId: '0'.repeat(15) })).rejects.toMatchObject(refusedWith('NoSuchVersion', 404));
    await expect(read({ VersionId: 'x' })).rejects.toMatchObject(refusedWith('InvalidArgument', 400));

    const restored = { Bucket: versioned, Key, CopySource: `${versioned}/${Key}?versionId=${one.VersionId}` };
    expect((await s3.send(new CopyObjectCommand(restored))).CopySourceVersionId).toBe(one.VersionId);
    expect((await read({})).text).toBe('one');
    const Objects = [{ Key, VersionId: deleted.VersionId }, { Key }];
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket: versioned, Delete: { Objects } }));
    expect(Deleted).toEqual([
      { Key, VersionId: deleted.VersionId, DeleteMarker: true, DeleteMarkerVersionId: deleted.VersionId },
      { Key, DeleteMarker: true, DeleteMarkerVersionId: expect.any(String) },
    ]);
  });
});

it('an object that is replaced while it is read comes whole', async () => {
  const old = Buffer.alloc(10 * mebibyte, 'old ');
  await put('replaced', old);
  const url = new URL(await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'replaced' })));
  const agent = new Agent();
  const read = await new Promise<Buffer>((resolve, reject) => {
    const sent = request({ agent, host: url.hostname, port: url.port, path: url.pathname + url.search }, (response) => {
      const chunks: Buffer[] = [];
      response.once('readable', async () => {
        await put('replaced', 'new').catch(reject);
        response.on('data', (chunk) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks)));
      });
    });
    sent.on('error', reject).end();
  });
  agent.destroy();
  expect(read.equals(old)).toBe(true);
  expect((await get('replaced')).text).toBe('new');
});

it('answers 501 to what it does not have, and 400 to what it cannot read', async () => {
  const notImplemented = refusedWith('NotImplemented', 501);
  await expect(s3.send(new ListMultipartUploadsCommand({ Bucket }))).rejects.toMatchObject(notImplemented);
  await expect(s3.send(new GetObjectLockConfigurationCommand({ Bucket }))).rejects.toMatchObject(notImplemented);
  await expect(put('x'.repeat(1_025), 'body')).rejects.toMatchObject(refusedWith('KeyTooLongError', 400));
  await expect(s3.send(new CreateBucketCommand({ Bucket: 'Not_A_Name' }))).rejects.toMatchObject(
    refusedWith('InvalidBucketName', 400),
  );
  const { Buckets } = await s3.send(new ListBucketsCommand());
  expect(Buckets?.map(({ Name }) => Name)).toContain(Bucket);
});
