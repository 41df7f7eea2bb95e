import { join } from 'node:path';
import { Storage } from '../../../../local/storage/storage.ts';
import { operationsOf } from './operations.ts';
import { Run } from './run.ts';
import { openStoreDriver } from './store-driver.ts';

/** A process that runs operations of a seed until it is killed. It says how many it has done after each commit. */
const [folder = '', seed = '', bucket = ''] = process.argv.slice(2);
const driver = openStoreDriver(() => new Storage({ path: join(folder, 'store.sqlite') }));
await driver.createBucket(bucket);
await driver.settle();
const run = new Run(bucket, driver);
let done = 0;
for (const one of operationsOf(Number(seed))) {
  await run.step(one);
  done++;
  if (done % 5 > 0) continue;
  await driver.settle();
  process.stdout.write(`${done}\n`);
}
