import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readAssembly } from '../local/assembly/cloud-assembly.ts';
import { takeLock } from '../local/file-lock.ts';
import { synthesize } from '../local/synthesize.ts';
import { billOf } from './bill.ts';
import { type CommandLine, help, readCommandLine, UsageError } from './command-line.ts';
import { ingestVariants, readerVariants } from './compare.ts';
import { readCounts } from './counts.ts';
import { type Deployed, deployedOf } from './deployed.ts';
import { prices, pricesOf } from './prices.ts';
import { printBill, printScale, printVariants, type Step } from './print.ts';
import { bindingQuotas } from './quotas.ts';
import type { Workload } from './workload.ts';

const powersOfTen = [1, 10, 100, 1_000, 10_000, 100_000];
const counts = readCounts();

async function deployed({ assembly, context }: CommandLine): Promise<Deployed> {
  if (assembly !== undefined) return deployedOf(readAssembly(assembly).template);
  const directory = join('.local', 'cost-assembly');
  const unlock = await lockOf(directory);
  try {
    await synthesize({ root: '.', output: directory, context });
    return deployedOf(readAssembly(directory).template);
  } finally {
    unlock();
  }
}

/** Waits while another bill is made of the folder, maybe with other settings. */
async function lockOf(directory: string): Promise<() => void> {
  mkdirSync(dirname(directory), { recursive: true });
  for (;;) {
    const unlock = takeLock(`${directory}.lock`);
    if (unlock) return unlock;
    await sleep(100);
  }
}

function step(stack: Deployed, workload: Workload): Step {
  const [provisioned, onDemand] = (['provisioned', 'onDemand'] as const).map((mode) =>
    billOf(stack, workload, counts, mode, prices),
  ) as [Step['provisioned'], Step['onDemand']];
  const mode = stack.shards === 'onDemand' ? 'onDemand' : 'provisioned';
  const { usage } = mode === 'onDemand' ? onDemand : provisioned;
  return { workload, provisioned, onDemand, binding: bindingQuotas(stack, usage, workload, mode) };
}

async function run(commandLine: CommandLine): Promise<string> {
  const { what, json } = commandLine;
  const asJson = (value: object) => JSON.stringify({ pricesOf, ...value }, undefined, 2);
  if (what === 'count') {
    const { count } = await import('./count.ts');
    const counted = await count((line) => process.stderr.write(`${line}\n`));
    return json ? asJson(counted) : `counted ${counted.orders} orders: cost/counts.json`;
  }
  const stack = await deployed(commandLine);
  if (what === 'compare') {
    const ingest = ingestVariants(stack, counts, prices, commandLine.region);
    const readers = readerVariants(stack, counts, prices, commandLine.region);
    return json ? asJson({ ingest, readers }) : printVariants(ingest, readers, counts);
  }
  const {
    ordersPerSecond,
    salesPerSecond,
    ordersPerPost,
    ordersPerItem,
    days,
    region,
    orderBytes = counts.orderBytes,
  } = commandLine;
  const workload = { ordersPerSecond, salesPerSecond, ordersPerPost, ordersPerItem, days, region, orderBytes };
  if (what === 'scale') {
    const steps = powersOfTen.map((rate) => step(stack, { ...workload, ordersPerSecond: rate }));
    return json ? asJson({ steps }) : printScale(steps, counts);
  }
  const { provisioned, onDemand, binding } = step(stack, workload);
  if (json) return asJson({ workload, provisioned, onDemand, binding });
  return [
    printBill(provisioned, onDemand, workload, counts),
    ...binding.map(({ quota, needed, limit }) => `Passes ${quota}: ${needed.toFixed(1)} of ${limit}.`),
  ].join('\n');
}

function fail(line: string, exitCode: number): never {
  process.stderr.write(`npm run cost: ${line}\n`);
  process.exit(exitCode);
}

process.env.TZ = 'UTC'; // as on AWS; a worker thread can't set it
try {
  const commandLine = readCommandLine(process.argv.slice(2));
  console.log(commandLine.what === 'help' ? help : await run(commandLine));
} catch (error) {
  if (error instanceof UsageError) fail(error.message, 2);
  if (error instanceof Error && /^(StartError|NotPriced)$/.test(error.name)) fail(error.message, 1);
  throw error;
}
