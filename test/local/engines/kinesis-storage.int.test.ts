import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import {
  CreateStreamCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  PutRecordCommand,
  SplitShardCommand,
} from '@aws-sdk/client-kinesis';
import { startEngineThread } from '../../../local/engines/engine-thread.ts';
import { KinesisEngine } from '../../../local/engines/kinesis/engine.ts';
import { serveKinesis } from '../../../local/engines/kinesis/serve-kinesis.ts';
import { startKinesis } from '../../../local/engines/kinesis.ts';
import { Storage } from '../../../local/storage/storage.ts';
import { eventually } from '../../support/eventually.ts';
import { scratchFolder, started } from './scratch.ts';
import { clientOf, data } from './use-kinesis.ts';

const StreamName = 'log';
const ShardId = 'shardId-000000000000';

const readAll = async (client: KinesisClient, shardId = ShardId) => {
  const { ShardIterator } = await client.send(
    new GetShardIteratorCommand({ StreamName, ShardId: shardId, ShardIteratorType: 'TRIM_HORIZON' }),
  );
  const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(({ SequenceNumber = '' }) => SequenceNumber);
};

const put = async (client: KinesisClient, text = 'x') => {
  const input = { StreamName, PartitionKey: 'a', Data: data(text) };
  return String((await client.send(new PutRecordCommand(input))).SequenceNumber);
};

/** The engine in this process, over a store that can be full. */
const startInside = async () => {
  let storage: Storage | undefined;
  const told: string[] = [];
  const engine = new KinesisEngine({
    openStorage: (options) => {
      storage = new Storage(options);
      return storage;
    },
    path: join(scratchFolder(), 'store.sqlite'),
    accountId: '000000000000',
    region: 'us-east-1',
    now: Date.now,
    onWrite: ({ log }) => {
      for (const { records } of Object.values(log ?? {})) told.push(...records.map((each) => each.sequenceNumber));
    },
  });
  const { database } = storage as unknown as { database: DatabaseSync };
  const server = createServer(serveKinesis(engine)).listen(0, '127.0.0.1');
  await eventually(() => expect(server.listening).toBe(true));
  const close = async () => {
    server.closeAllConnections();
    server.close();
    engine.close();
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { url: address } = await started(Promise.resolve({ url, close }));
  return {
    client: clientOf({ url: address, close }),
    limitPages: (pages: number) => database.exec(`PRAGMA max_page_count = ${pages}`),
    told,
  };
};

it('a full disk is answered with 500, nothing acknowledged is lost, and the engine goes on once there is room', async () => {
  const { client, limitPages, told } = await startInside();
  await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
  limitPages(60);
  const acknowledged: string[] = [];
  let refusals: { name: string; status: number | undefined }[] = [];
  while (refusals.length === 0) {
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => put(client, 'x'.repeat(2_000))));
    for (const result of results) if (result.status === 'fulfilled') acknowledged.push(result.value);
    refusals = results.flatMap((result) =>
      result.status === 'rejected'
        ? [{ name: result.reason.name, status: result.reason.$metadata.httpStatusCode }]
        : [],
    );
  }
  for (const refusal of refusals) expect(refusal).toEqual({ name: 'InternalFailure', status: 500 });
  expect(acknowledged.length).toBeGreaterThan(8);
  expect(await readAll(client)).toEqual([...acknowledged].sort());
  const split = { StreamName, ShardToSplit: ShardId, NewStartingHashKey: String(2n ** 127n) };
  limitPages(100_000);
  const next = await put(client);
  expect(await readAll(client)).toEqual([...acknowledged.sort(), next]);
  expect(told).toEqual([...acknowledged, next]);
  await client.send(new SplitShardCommand(split));
  client.destroy();
});

const damage = (path: string) => {
  const file = join(path, 'store.sqlite');
  const bytes = readFileSync(file);
  bytes.write('X', bytes.indexOf('"PartitionKey":"a"') + 3);
  writeFileSync(file, bytes);
};

describe('a damaged store', () => {
  let path: string;
  beforeEach(async () => {
    path = scratchFolder();
    const engine = await startKinesis({ path });
    const client = clientOf(engine);
    await client.send(new CreateStreamCommand({ StreamName, ShardCount: 1 }));
    await put(client);
    client.destroy();
    await engine.close();
    damage(path);
  });

  it('is not opened', async () => {
    await expect(startKinesis({ path })).rejects.toThrow(/store\.sqlite is damaged: the entry .* has changed/);
  });

  it('ends the engine at the first read that comes by the damage', async () => {
    const crashes: string[] = [];
    const module = new URL('./kinesis-damaged-worker.ts', import.meta.url);
    const options = { name: 'Kinesis', module, workerData: { path } };
    const onCrash = ({ message }: Error) => crashes.push(message);
    const client = clientOf(await started(startEngineThread({ ...options, onCrash })));
    await expect(readAll(client)).rejects.toThrow();
    await eventually(() => expect(crashes).toEqual([expect.stringContaining('store.sqlite is damaged')]));
    client.destroy();
  });
});
