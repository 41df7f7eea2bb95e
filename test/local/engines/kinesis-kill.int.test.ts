import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as sdk from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { client as clientOptions, scratchFolder } from './scratch.ts';

/** `KILLS=50` kills the engine so often. */
const kills = Number(process.env.KILLS ?? 2);
const StreamName = 'log';
const folder = scratchFolder();
let child: ChildProcess | undefined;
afterAll(() => child?.kill('SIGKILL'));

const startHolder = async () => {
  child = spawn(process.execPath, [join(import.meta.dirname, 'kinesis-holder.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [endpoint] = await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line');
  return new sdk.KinesisClient({ ...clientOptions, endpoint, requestHandler: new NodeHttpHandler() });
};

interface Record {
  readonly number: string;
  readonly text: string;
}

/** All records, by shard; parents come first. */
const readAll = async (client: sdk.KinesisClient) => {
  const { Shards = [] } = await client.send(new sdk.ListShardsCommand({ StreamName }));
  const shards: Record[][] = [];
  for (const { ShardId } of Shards) {
    const start = { StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
    let { ShardIterator } = await client.send(new sdk.GetShardIteratorCommand(start));
    const records: Record[] = [];
    for (let isAll = false; !isAll; ) {
      const page = await client.send(new sdk.GetRecordsCommand({ ShardIterator, Limit: 500 }));
      const { Records = [], MillisBehindLatest } = page;
      for (const { SequenceNumber: number = '', Data } of Records)
        records.push({ number, text: Buffer.from(Data ?? []).toString() });
      ShardIterator = page.NextShardIterator;
      isAll = ShardIterator === undefined || MillisBehindLatest === 0;
    }
    shards.push(records);
  }
  return { shards, open: Shards.filter(({ SequenceNumberRange: range }) => !range?.EndingSequenceNumber) };
};

it(
  `${kills} kills in the middle of writing and resharding lose nothing acknowledged, and no number comes twice`,
  async () => {
    let client = await startHolder();
    await client.send(new sdk.CreateStreamCommand({ StreamName, ShardCount: 2 }));
    const acknowledged = new Map<string, string>();
    let written = 0;
    const writeOn = async (writer: number) => {
      for (;;) {
        const texts = Array.from({ length: 1 + (writer % 3) * 4 }, () => `${writer}/${written++}`);
        const Records = texts.map((text) => ({ PartitionKey: `key-${writer}`, Data: Buffer.from(text) }));
        const output = await client.send(new sdk.PutRecordsCommand({ StreamName, Records })).catch(() => undefined);
        if (!output) return;
        for (const [at, { SequenceNumber = '' }] of output.Records?.entries() ?? [])
          acknowledged.set(texts[at] as string, SequenceNumber);
      }
    };
    const reshard = async (round: number) => {
      const call = { StreamName, TargetShardCount: round % 2 === 0 ? 3 : 2, ScalingType: 'UNIFORM_SCALING' } as const;
      await client.send(new sdk.UpdateShardCountCommand(call)).catch(() => undefined);
    };

    for (let round = 0; round < kills; round++) {
      const before = acknowledged.size;
      const writers = [0, 1, 2, 3, 4].map(writeOn);
      while (acknowledged.size < before + 200) await new Promise((resolve) => setTimeout(resolve, 5));
      const resharding = reshard(round);
      await new Promise((resolve) => setTimeout(resolve, round % 7));
      child?.kill('SIGKILL');
      await Promise.all([...writers, resharding]);
      client.destroy();

      client = await startHolder();
      const { shards, open } = await readAll(client);
      const all = shards.flat();
      const numbers = new Map(all.map(({ text, number }) => [text, number]));
      expect(numbers.size).toBe(all.length);
      expect(new Set(numbers.values()).size).toBe(all.length);
      expect([...acknowledged].filter(([text, number]) => numbers.get(text) !== number)).toEqual([]);
      for (const records of shards) {
        expect(records.map(({ number }) => number)).toEqual(records.map(({ number }) => number).sort());
        for (const writer of [0, 1, 2, 3, 4]) {
          const own = records
            .filter(({ text }) => text.startsWith(`${writer}/`))
            .map(({ text }) => Number(text.slice(2)));
          expect(own).toEqual([...own].sort((a, b) => a - b));
        }
      }
      expect([2, 3]).toContain(open.length);
    }
    client.destroy();
  },
  60_000 + kills * 10_000,
);
