import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import fc from 'fast-check';
import type { Engine } from '../../../local/engines/engine.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { sideBySide } from '../../support/eventually.ts';
import { client, keys, scratchFolder, started } from './scratch.ts';

const path = scratchFolder();
const Bucket = 'invoices';
let engine: Engine;
let s3: S3Client;
let sqs: SQSClient;

async function start(): Promise<void> {
  engine = await started(startS3AndSqs({ path, keys }));
  s3 = new S3Client({ ...client, endpoint: engine.url });
  sqs = new SQSClient({ ...client, endpoint: engine.url });
}

beforeAll(async () => {
  await start();
  await s3.send(new CreateBucketCommand({ Bucket }));
});
afterAll(() => {
  s3.destroy();
  sqs.destroy();
});

const put = (Key: string, Body: string, more: object = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string, more: object = {}) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key, ...more }))).Body?.transformToString();

describe('an object', () => {
  it('comes back with its content type and metadata', async () => {
    const about = { ContentType: 'application/json', ContentDisposition: 'inline', Metadata: { order: 'o-1' } };
    await put('whole.json', '{"total":"7.50"}', about);
    expect(await get('whole.json')).toBe('{"total":"7.50"}');
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'whole.json' }))).toMatchObject({
      ...about,
      ContentLength: 16,
    });
  });

  it.each([
    'application/json',
    'application/x-amz-json-1.0',
    'application/x-www-form-urlencoded',
    'text/plain; charset=utf-8',
  ])('may be of the content type %s', async (ContentType) => {
    await put('typed', 'a=1&b', { ContentType });
    const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'typed' }));
    expect([object.ContentType, await object.Body?.transformToString()]).toEqual([ContentType, 'a=1&b']);
  });

  it('may be empty', async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: 'empty', Body: new Uint8Array() }));
    expect(await get('empty')).toBe('');
  });

  it('may come as a stream, whose chunks and trailing checksum are not part of it', async () => {
    const Body = Readable.from([Buffer.from('one '), Buffer.from('two')]);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'streamed', Body, ContentLength: 7 }));
    expect(await get('streamed')).toBe('one two');
  });

  it('is read in part', async () => {
    await put('ranged', '0123456789');
    const part = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range: 'bytes=2-4' }));
    expect(await part.Body?.transformToString()).toBe('234');
    expect(part.ContentRange).toBe('bytes 2-4/10');
  });

  it('is overwritten, copied and deleted', async () => {
    await put('first', 'old');
    await put('first', 'new');
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'second', CopySource: `${Bucket}/first` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'first' }));
    expect(await get('second')).toBe('new');
    await expect(get('first')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('that is not there: NoSuchKey for GET, NotFound for HEAD, NoSuchBucket without its bucket', async () => {
    await expect(get('nothing')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'nothing' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(s3.send(new GetObjectCommand({ Bucket: 'no-bucket', Key: 'a' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(s3.send(new HeadBucketCommand({ Bucket: 'no-bucket' }))).rejects.toMatchObject({ name: 'NotFound' });
  });

  it('larger than the engine takes is refused with an error of S3', async () => {
    await expect(put('large', 'x'.repeat(12 * 1_024 * 1_024))).rejects.toMatchObject({ name: 'EntityTooLarge' });
  });

  it('is not touched by a call about its tags, which the engine does not know', async () => {
    await put('tagged', 'body');
    const Tagging = { TagSet: [{ Key: 'a', Value: 'b' }] };
    const refused = { name: 'NotImplemented' };
    await expect(s3.send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging }))).rejects.toMatchObject(
      refused,
    );
    await expect(s3.send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }))).rejects.toMatchObject(refused);
    expect(await get('tagged')).toBe('body');
  });

  it('answers as a link says', async () => {
    await put('download', '{}', { ContentType: 'application/json' });
    const ResponseContentDisposition = 'attachment; filename="invoice.json"';
    const command = new GetObjectCommand({
      Bucket,
      Key: 'download',
      ResponseContentDisposition,
      ResponseContentType: 'text/plain',
    });
    const { headers } = await fetch(await getSignedUrl(s3, command));
    expect(headers.get('content-disposition')).toBe(ResponseContentDisposition);
    expect(headers.get('content-type')).toBe('text/plain');
  });
});

describe('a key', () => {
  const trap = [
    '../b',
    'a/../b',
    '/etc/passwd',
    '//',
    'a//b',
    'a/b',
    'a/./b',
    '%2e%2e/b',
    '%2F',
    '%',
    '..',
    '.',
    'a\\b',
    'é',
    'e\u0301',
    '日本/語',
    'a b+c',
    'a;b',
    'a#b',
    'a?b',
    '&lt;',
    '<',
    '&amp;lt;',
    `${'k/'.repeat(500)}end`,
  ];
  const keyLike = fc.string({
    unit: fc.constantFrom('.', '/', '%', '2', 'e', 'F', '\\', '&', ';', '?', '#', '+', ' ', 'é', '語', '😀', 'a'),
    minLength: 1,
    maxLength: 12,
  });

  it('stands for one object, in its bucket, whatever it looks like', async () => {
    const own = 'own-bucket';
    await s3.send(new CreateBucketCommand({ Bucket: own }));
    await s3.send(new CreateBucketCommand({ Bucket: 'other-bucket' }));
    const keys = [...new Set([...trap, ...fc.sample(keyLike, 150)])].filter((key) => key !== '.' && key !== '..');
    await sideBySide(keys, 16, (Key) => s3.send(new PutObjectCommand({ Bucket: own, Key, Body: `body of ${Key}` })));

    await sideBySide(keys, 16, async (Key) => {
      const object = await s3.send(new GetObjectCommand({ Bucket: own, Key }));
      expect(await object.Body?.transformToString()).toBe(`body of ${Key}`);
    });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: own }));
    expect(Contents.map(({ Key }) => Key).sort()).toEqual([...keys].sort());
    expect((await s3.send(new ListObjectsV2Command({ Bucket: 'other-bucket' }))).KeyCount).toBe(0);

    const Objects = ['&lt;', '&amp;lt;', '<'].map((Key) => ({ Key }));
    for (const object of Objects) {
      const before = (await s3.send(new ListObjectsV2Command({ Bucket: own }))).KeyCount ?? 0;
      await s3.send(new DeleteObjectsCommand({ Bucket: own, Delete: { Objects: [object] } }));
      const { Contents: left = [] } = await s3.send(new ListObjectsV2Command({ Bucket: own }));
      expect([left.length, left.some(({ Key }) => Key === object.Key)]).toEqual([before - 1, false]);
    }
  });
});

describe('a message', () => {
  const texts = ['{"note":"ä語😀"}', '\t\r\n', '\u{10FFFF}'];

  it('may hold any character that a message may hold', async () => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'texts' }));
    for (const MessageBody of texts) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const Entries = texts.map((MessageBody, index) => ({ Id: `${index}`, MessageBody }));
    expect((await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }))).Successful).toHaveLength(3);

    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    expect(Messages.map(({ Body }) => Body).sort()).toEqual([...texts, ...texts].sort());
    await expect(sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '\u0000' }))).rejects.toMatchObject({
      message: expect.stringContaining('Invalid characters found'),
    });
  });
});

describe('the folder', () => {
  it('belongs to one process at a time, and the error names it', async () => {
    await expect(startS3AndSqs({ path, keys })).rejects.toThrow(
      `The S3 and SQS engine cannot start: ${path} is in use`,
    );
  });

  it('brings buckets, objects, queues and messages back, the queues at the new address', async () => {
    const about = { ContentType: 'application/json', Metadata: { order: 'o-9' } };
    await put('kept.json', '{"kept":true}', about);
    const { QueueUrl: before } = await sqs.send(new CreateQueueCommand({ QueueName: 'kept' }));
    await sqs.send(new SendMessageCommand({ QueueUrl: before, MessageBody: 'still here' }));
    s3.destroy();
    sqs.destroy();
    await engine.close();
    await start();

    expect(await get('kept.json')).toBe('{"kept":true}');
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'kept.json' }))).toMatchObject(about);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: 'kept' }));
    expect(QueueUrl).toBe(`${engine.url}/000000000000/kept`);
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(Messages.map(({ Body }) => Body)).toEqual(['still here']);
  });
});
