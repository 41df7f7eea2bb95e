import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { sideBySide } from '../../support/eventually.ts';
import { client, keys, scratchFolder, started } from './scratch.ts';

let s3: S3Client;

beforeAll(async () => {
  const engine = await started(startS3AndSqs({ path: scratchFolder(), keys }));
  s3 = new S3Client({ ...client, endpoint: engine.url });
});
afterAll(() => s3.destroy());

describe('a bucket', () => {
  const many = 'many-objects';
  const keys = Array.from(
    { length: 1_100 },
    (_, index) => `${index % 2 ? 'B' : 'a'}/${String(index).padStart(5, '0')}`,
  );

  beforeAll(async () => {
    await s3.send(new CreateBucketCommand({ Bucket: many }));
    await sideBySide(keys, 32, (Key) => s3.send(new PutObjectCommand({ Bucket: many, Key, Body: 'x' })));
  });

  async function listed(request: object): Promise<{ keys: string[]; prefixes: string[]; pages: number }> {
    const result = { keys: [] as string[], prefixes: [] as string[], pages: 0 };
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ Bucket: many, ContinuationToken, ...request }));
      result.pages++;
      result.keys.push(...(page.Contents ?? []).map(({ Key }) => String(Key)));
      result.prefixes.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => String(Prefix)));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
    return result;
  }

  it('lists every key once, in order, a thousand at a time', async () => {
    expect(await listed({})).toEqual({ keys: [...keys].sort(), prefixes: [], pages: 2 });
  });

  it('lists what has a prefix, and folders by a delimiter', async () => {
    expect((await listed({ Prefix: 'B/', MaxKeys: 500 })).keys).toEqual(
      keys.filter((key) => key.startsWith('B')).sort(),
    );
    expect(await listed({ Delimiter: '/' })).toEqual({ keys: [], prefixes: ['B/', 'a/'], pages: 1 });
    expect(await listed({ Delimiter: '/', MaxKeys: 1 })).toEqual({ keys: [], prefixes: ['B/', 'a/'], pages: 2 });
  });

  it('lists in the older way too', async () => {
    const { Contents = [], IsTruncated } = await s3.send(new ListObjectsCommand({ Bucket: many, Marker: 'a/01096' }));
    expect([Contents.map(({ Key }) => Key), IsTruncated]).toEqual([['a/01098'], false]);
  });

  it('deletes many objects at once, and goes once it is empty', async () => {
    await expect(s3.send(new DeleteBucketCommand({ Bucket: many }))).rejects.toMatchObject({ name: 'BucketNotEmpty' });
    for (let at = 0; at < keys.length; at += 1_000) {
      const Objects = keys.slice(at, at + 1_000).map((Key) => ({ Key }));
      const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket: many, Delete: { Objects } }));
      expect(Deleted).toHaveLength(Objects.length);
    }
    await s3.send(new DeleteBucketCommand({ Bucket: many }));
    await expect(s3.send(new HeadBucketCommand({ Bucket: many }))).rejects.toMatchObject({ name: 'NotFound' });
  });
});
