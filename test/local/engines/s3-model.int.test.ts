import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { Storage, type StorageOptions } from '../../../local/storage/storage.ts';
import type { Entry, S3Driver } from './s3-model/driver.ts';
import { LostWrites, ReorderedListings, StaleReads } from './s3-model/faulty-storage.ts';
import { type Operation, operation, operationsOf } from './s3-model/operations.ts';
import { Run } from './s3-model/run.ts';
import { openSdkDriver } from './s3-model/sdk-driver.ts';
import { openStoreDriver } from './s3-model/store-driver.ts';
import { client, keys, scratchFolder, started } from './scratch.ts';

/** About 100,000 take a minute. */
const count = Number(process.env.MODEL_OPERATIONS ?? 8_000);
const perRun = 200;
const minutes = 60_000 * Math.max(1, count / 20_000);

let buckets = 0;
/** Names that begin with one another. */
const newBucket = () => `m${process.env.REMOTE ? `-${process.pid}` : ''}-${'x'.repeat(buckets % 3)}${buckets++}`;

/** Compares an implementation with the model over lists of operations, each in a bucket of its own. */
const sameAsModel = (driver: S3Driver) => {
  const lists = fc.array(operation, { maxLength: 2 * perRun, size: 'max' });
  return fc.asyncProperty(lists, async (list: readonly Operation[]) => {
    driver.leftOver?.(); // of a run that failed
    const bucket = newBucket();
    await driver.createBucket(bucket);
    const run = new Run(bucket, driver);
    for (const one of list) await run.step(one);
    await run.end();
  });
};

/** Ends before the test's own time is over, so that a failure is told with what it was shrunk to by then. */
const runs = (operations: number) => ({
  numRuns: Math.ceil(operations / perRun),
  includeErrorInReport: true,
  interruptAfterTimeLimit: minutes * 0.75,
});

const opened = (folder: string, Store: new (options: StorageOptions) => Storage = Storage) =>
  openStoreDriver(() => new Store({ path: join(folder, 'store.sqlite') }));

if (process.env.REMOTE) {
  it(
    'another implementation does what the model does',
    async () => {
      const driver = openSdkDriver({});
      await fc.assert(sameAsModel(driver), runs(count));
      await driver.close();
    },
    minutes * 20,
  );
} else {
  it(
    'the engine does what the model does',
    async () => {
      const driver = opened(scratchFolder());
      await fc.assert(sameAsModel(driver), runs(count));
      await driver.close();
    },
    minutes,
  );

  it(
    'it does so over HTTP too',
    async () => {
      const { url } = await started(startS3AndSqs({ path: scratchFolder(), keys }));
      const driver = openSdkDriver({ ...client, endpoint: url });
      await fc.assert(sameAsModel(driver), runs(count / 20));
      await driver.close();
    },
    minutes,
  );

  it.each([
    ['a stale read', StaleReads],
    ['a lost write', LostWrites],
    ['a listing in the wrong order', ReorderedListings],
  ])('%s is found', async (_, Faulty) => {
    const driver = opened(scratchFolder(), Faulty);
    const { failed } = await fc.check(sameAsModel(driver), { ...runs(40_000), endOnFailure: true });
    expect(failed).toBe(true);
    await driver.close();
  });

  it(
    'kill -9 leaves what was acknowledged, and whole turns',
    async () => {
      for (let round = 0; round < Math.ceil(count / 8_000); round++) await killOnce(1_000 + round);
    },
    minutes,
  );
}

const killOnce = async (seed: number): Promise<void> => {
  const [folder, bucket] = [scratchFolder(), 'killed'];
  const holder = join(import.meta.dirname, 's3-model/model-holder.ts');
  const child = spawn(process.execPath, [holder, folder, `${seed}`, bucket], { stdio: ['ignore', 'pipe', 'inherit'] });
  let acknowledged = 0;
  const lines = createInterface(child.stdout).on('line', (line) => {
    acknowledged = Number(line);
  });
  await once(lines, 'line');
  await sleep((seed * 37) % 400);
  child.kill('SIGKILL');
  await once(lines, 'close');

  const driver = opened(folder);
  const found = await contentOf(driver, bucket);
  const run = new Run(bucket);
  const states: string[] = [];
  for (const [index, one] of operationsOf(seed).entries()) {
    if (index >= acknowledged && index % 5 === 0) states.push(modelContentOf(run));
    if (states.length > 2) break;
    await run.step(one);
  }
  expect(acknowledged).toBeGreaterThan(0);
  expect(states).toContain(found);
  await driver.close();
};

/** All versions of all keys, without what the ids of versions are. */
const contentOf = async (driver: S3Driver, bucket: string): Promise<string> => {
  const entries: Entry[] = [];
  for (let token: string | undefined, more = true; more; more = token !== undefined) {
    const page = await driver.listVersions(bucket, { prefix: '', delimiter: '', maxKeys: 1_000, token });
    entries.push(...page.entries);
    token = page.token;
  }
  for (const { key, versionId = '', etag } of entries) if (etag) await driver.get(bucket, key, { versionId });
  return JSON.stringify(entries.map(({ key, etag, size }) => [key, etag, size]));
};

const modelContentOf = ({ model }: Run): string => {
  const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  const versions = [...model.versions.keys()].sort(byBytes).flatMap((key) => {
    const all = model.versions.get(key) ?? [];
    return all.map(({ etag, body }) => [key, etag, body?.length]);
  });
  return JSON.stringify(versions);
};
