import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BatchGetItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startChild } from './child.ts';
import type { FloorJob } from './children/engine-client.ts';
import type { EnginesJob } from './children/engines.ts';
import { runBenchmark, usageError } from './command.ts';
import { engineSettings } from './engine-settings.ts';
import { createFloorResources } from './floor-resources.ts';
import { makeFolder, removeFolder } from './folder.ts';
import { applyLoad, type Load } from './load.ts';
import { makeOrder, orderKey } from './orders.ts';
import { post } from './post.ts';
import { ownEnvironment, track } from './processes.ts';
import { type Runtime, startRuntime } from './runtime.ts';

const help = `Usage: npm run bench:rebuild -- [flags]

Rebuilds the orders blue/green on the local runtime while orders keep coming, kills the rebuild on its way, and tells
how long it took beside its floor: the same writes made straight from one process against the same engine.

  --orders N  how many there are to rebuild; default 100,000
  --rate N    how many orders a second keep coming; default 50
  --kills N   how often the rebuild is killed, at random; default 3
  --help      shows this
`;

const postOf = 500;
const patienceMs = 60 * 60_000;
const command = join(import.meta.dirname, '../operations/rebuild.ts');

interface Sizes {
  readonly orders: number;
  readonly rate: number;
  readonly kills: number;
}

async function main(sizes: Sizes): Promise<void> {
  const { orders } = sizes;
  const folder = makeFolder();
  try {
    const { output, killed, seconds, came } = await measureRebuild(folder, sizes);
    say('the floor');
    const floor = await measureFloor(folder, orders);
    console.log(`\n${output.trim()}`);
    console.log(
      `killed ${killed.length} times, after ${killed.map((ms) => `${(ms / 1_000).toFixed(1)} s`).join(', ')}`,
    );
    console.log(`${came} orders came meanwhile, ${Math.round(came / seconds)}/s`);
    console.log(`rebuilt ${orders} orders in ${seconds.toFixed(1)} s: ${Math.round(orders / seconds)}/s`);
    console.log(
      `floor: ${floor.toFixed(1)} s, ${Math.round(orders / floor)}/s; ${Math.round((100 * floor) / seconds)} % of it`,
    );
    if (!/: 0 differ$/m.test(output)) process.exitCode = 1;
  } finally {
    removeFolder(folder);
  }
}

/** The runtime and the orders that keep coming end with it, whatever the rebuild ends with. */
async function measureRebuild(folder: string, { orders, rate, kills }: Sizes) {
  const runtime = await startRuntime(folder);
  try {
    say(`placing ${orders} orders`);
    await applyLoad(Math.ceil(orders / postOf), 2, (post) => place(runtime, post * postOf, postOf));
    await projected(runtime, orders);
    say(`rebuilding, while ${rate} orders a second keep coming`);
    const coming = keepComing(runtime, orders, rate);
    try {
      const rebuilt = await rebuildDespiteKills(folder, { orders, kills });
      return { ...rebuilt, came: await coming.stop() };
    } finally {
      await coming.stop();
    }
  } finally {
    await runtime.close();
  }
}

async function rebuildDespiteKills(folder: string, { orders, kills }: Omit<Sizes, 'rate'>) {
  const killed: number[] = [];
  const startedAt = performance.now();
  for (;;) {
    const killAfterMs = killed.length < kills ? 1_000 + Math.random() * 0.15 * orders : undefined;
    const output = await runRebuild(folder, killAfterMs);
    if (output !== undefined) return { output, killed, seconds: (performance.now() - startedAt) / 1_000 };
    killed.push(Math.round(killAfterMs ?? 0));
  }
}

const started = performance.now();
const say = (what: string): void =>
  console.error(`${((performance.now() - started) / 1_000).toFixed(0).padStart(4)} s  ${what}`);

async function place(runtime: Runtime, first: number, count: number): Promise<void> {
  await post(
    runtime,
    Buffer.from(JSON.stringify({ orders: Array.from({ length: count }, (_, n) => makeOrder(first + n)) })),
  );
}

/** Waits for the last of the orders, which are the last in their shards. */
async function projected({ environment, outputs }: Runtime, orders: number): Promise<void> {
  const dynamodb = new DynamoDBClient(engineSettings(environment, 'DYNAMODB'));
  const table = outputs.OrderTableName ?? '';
  const last = Array.from({ length: 100 }, (_, n) => orderKey(orders - 1 - n));
  const Keys = last.map(({ accountid, vendorid }) => ({ accountid: { S: accountid }, vendorid: { S: vendorid } }));
  const deadline = Date.now() + patienceMs;
  for (let there = 0; there < Keys.length; await sleep(500)) {
    if (Date.now() > deadline) throw new Error(`${orders} orders are not projected within an hour`);
    const { Responses } = await dynamodb.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys, ConsistentRead: true } } }),
    );
    there = Responses?.[table]?.length ?? 0;
  }
  dynamodb.destroy();
}

/** Posts ten orders at a time, so that `rate` a second come, until it is stopped; answers how many came. */
function keepComing(runtime: Runtime, first: number, rate: number): { stop(): Promise<number> } {
  const few = 10;
  let going = true;
  let came = 0;
  const posting = (async () => {
    while (going && rate > 0) {
      await Promise.all([place(runtime, first + came, few), sleep((few * 1_000) / rate)]);
      came += few;
    }
  })();
  posting.catch(() => {}); // who stops it is told
  return {
    stop: async () => {
      going = false;
      await posting;
      return came;
    },
  };
}

/** What the command printed, also where it found differences; undefined where it was killed. */
async function runRebuild(folder: string, killAfterMs: number | undefined): Promise<string | undefined> {
  const child = spawn(process.execPath, [command, '--projection', 'orders'], {
    cwd: folder,
    env: ownEnvironment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  track(child, 'SIGINT');
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  const killing = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  const [code, signal] = await once(child, 'exit');
  clearTimeout(killing);
  if (signal === 'SIGKILL') return undefined;
  if (code !== 0 && !/ differ$/m.test(output)) throw new Error(`the rebuild exited with ${code ?? signal}:\n${output}`);
  return output;
}

/** Seconds. */
async function measureFloor(folder: string, orders: number): Promise<number> {
  const engines = startChild<EnginesJob, Record<string, string>>('engines.ts');
  try {
    const environment = await engines.run({ dataDir: join(folder, 'floor') });
    await createFloorResources(environment);
    const client = startChild<FloorJob, Load>('engine-client.ts', environment);
    try {
      return (await client.run({ calls: 'table', first: 0, orders, concurrency: 64 })).seconds;
    } finally {
      await client.close();
    }
  } finally {
    await engines.close();
  }
}

const count = (flag: string, text: string): number => {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw usageError(`--${flag} takes a number, not ${JSON.stringify(text)}`);
};

await runBenchmark(help, async () => {
  const { values } = parseArgs({
    options: {
      orders: { type: 'string', default: '100000' },
      rate: { type: 'string', default: '50' },
      kills: { type: 'string', default: '3' },
      help: { type: 'boolean' },
    },
  });
  const [orders = 0, rate = 0, kills = 0] = (['orders', 'rate', 'kills'] as const).map((flag) =>
    count(flag, values[flag]),
  );
  if (values.help) console.log(help);
  else await main({ orders: Math.max(postOf, Math.ceil(orders / postOf) * postOf), rate, kills });
});
