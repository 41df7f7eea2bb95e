import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { Storage } from '../../../local/storage/storage.ts';
import { eventually } from '../../support/eventually.ts';
import { openStoreDriver } from './s3-model/store-driver.ts';
import { client, credentials, keys, scratchFolder, started } from './scratch.ts';

const Bucket = 'objects';
const connect = (endpoint: string) => new S3Client({ ...client, endpoint });
const put = (s3: S3Client, Key: string, Body: string | Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body }));
const get = async (s3: S3Client, Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString();

it('a full disk is a 500, to everyone it concerns; what was acknowledged stays, and the engine goes on', async () => {
  const path = scratchFolder();
  const holder = join(import.meta.dirname, 's3-holder.ts');
  const { accessKeyId, secretAccessKey } = credentials;
  const command = 'ulimit -f 6000; exec "$0" "$@"';
  const child = spawn('bash', ['-c', command, process.execPath, holder, path, accessKeyId, secretAccessKey], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface(child.stdout), 'line');
  const s3 = connect(url);
  await s3.send(new CreateBucketCommand({ Bucket }));
  const stored: string[] = [];
  const refusals: unknown[] = [];
  for (let round = 0; refusals.length === 0; round++) {
    const keysOfRound = Array.from({ length: 8 }, (_, index) => `${round}/${index}`);
    const outcomes = await Promise.allSettled(keysOfRound.map((Key) => put(s3, Key, Key.repeat(20_000))));
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') stored.push(keysOfRound[index] as string);
      else refusals.push(outcome.reason);
    }
  }
  for (const refusal of refusals)
    expect(refusal).toMatchObject({ name: 'InternalError', $metadata: { httpStatusCode: 500 } });
  expect(stored.length).toBeGreaterThan(0);
  for (const Key of stored) expect(await get(s3, Key)).toBe(Key.repeat(20_000));
  child.stdin.end();
  await once(child, 'exit');

  const after = connect((await started(startS3AndSqs({ path, keys }))).url);
  for (const Key of stored) expect(await get(after, Key)).toBe(Key.repeat(20_000));
});

it('a byte that has changed on the disk ends the engine, and is never served', async () => {
  const path = scratchFolder();
  const before = await started(startS3AndSqs({ path, keys }));
  const s3 = connect(before.url);
  await s3.send(new CreateBucketCommand({ Bucket }));
  // More than is checked at a start.
  for (let index = 0; index < 4; index++) await put(s3, `${index}`, Buffer.alloc(9 * 1_048_576, `body ${index} `));
  await before.close();
  const file = join(path, 'store.sqlite');
  const bytes = readFileSync(file);
  const at = bytes.indexOf(Buffer.alloc(3_000, 'body 3 ')) + 2_000;
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(file, bytes);

  const crashes: Error[] = [];
  const damaged = await started(startS3AndSqs({ path, keys, onCrash: (error) => crashes.push(error) }));
  await expect(get(connect(damaged.url), '3')).rejects.toThrow();
  await eventually(() => expect(crashes.map(({ message }) => message)).toEqual([expect.stringMatching('damaged')]));
});

it('keeps nothing of an object in the heap', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const folder = scratchFolder();
  mkdirSync(folder, { recursive: true });
  const driver = openStoreDriver(() => new Storage({ path: join(folder, 'store.sqlite') }));
  await driver.createBucket(Bucket);
  const heapAfter = async (count: number, from: number) => {
    for (let index = 0; index < count; index++) {
      await driver.put(Bucket, `invoices/${from + index}.json`, Buffer.from(`{"total":"${index}"}`), {});
      if (index % 50 === 0) await driver.settle();
    }
    await driver.settle();
    collectGarbage();
    return process.memoryUsage().heapUsed;
  };
  const [few, more] = [await heapAfter(5_000, 0), await heapAfter(20_000, 5_000)];
  expect(more - few).toBeLessThan(1_000_000);
  await driver.close();
});
