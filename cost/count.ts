import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeMachine } from '../bench/machine.ts';
import { makeOrder } from '../bench/orders.ts';
import { leaveAws } from '../bench/processes.ts';
import { readAssembly } from '../local/assembly/cloud-assembly.ts';
import type { Template } from '../local/assembly/template.ts';
import type { FunctionSnapshot } from '../local/metrics/function-metrics.ts';
import type { MetricsSnapshot } from '../local/metrics/metrics.ts';
import { type LocalStack, startLocal } from '../local/start-local.ts';
import { synthesize } from '../local/synthesize.ts';
import { type Counts, countsFile, type FunctionCounts } from './counts.ts';
import { deployedOf, NotPriced } from './deployed.ts';
import { linesByCode, lineThrough } from './line-through.ts';
import { storedSizes } from './stored-sizes.ts';
import { takesOrders } from './traffic.ts';

/** Comes first, until the code that is looked at is compiled. */
const warmUp = Array<number>(100).fill(10);
/** Posts of each size, small ones first; no two orders alike, one post at a time. */
const measured = [
  ...Array<number>(60).fill(1),
  ...Array<number>(30).fill(10),
  ...Array<number>(12).fill(100),
  ...Array<number>(6).fill(500),
];
const posts = [...warmUp, ...measured];
const sumOf = (sizes: readonly number[]) => sizes.reduce((sum, size) => sum + size, 0);
const orders = sumOf(posts);
const warmUpOrders = sumOf(warmUp);
/** By the producer of the stack; what a window writes at its end is not waited for. */
const sales = 2_000;
const ingest = 'ingest-order';
const longestWaitMs = 120_000;

/**
 * Starts the stack on this machine, with the batching comparison, posts orders, plays stores, waits until every
 * consumer has had all of it, and writes what that took to `counts.json`. `say` hears what it is at.
 */
export async function count(say: (what: string) => void): Promise<Counts> {
  const scratch = mkdtempSync(join(tmpdir(), 'cost-'));
  const assembly = join(scratch, 'assembly');
  say('starting the stack');
  await synthesize({ root: '.', output: assembly, context: { auth: 'none', batchingComparison: 'true' } });
  leaveAws();
  const stack = await startLocal({ assembly, dataDir: join(scratch, 'data'), environments: 1 });
  try {
    say(`posting ${orders} orders`);
    const answers = await postAll(stack);
    const { template } = readAssembly(assembly);
    const deployed = deployedOf(template);
    const readers = deployed.readers.filter(takesOrders).map((reader) => reader.function);
    say('waiting for who takes orders');
    await consumed(stack, readers, orders);
    say(`producing ${sales} sales`);
    const salesFrom = new Date();
    await produceSales(stack);
    const sellers = deployed.readers
      .filter((reader) => !takesOrders(reader) && reader.eventTypes?.includes('SaleRecorded'))
      .map((reader) => reader.function);
    say('waiting for who takes sales');
    const snapshot = await consumed(stack, sellers, sales);
    const { cpu, cores, node, measuredAt } = describeMachine();
    const counts = {
      countedAt: measuredAt,
      machine: `${cpu}, ${cores} cores, Node ${node}`,
      orders,
      sales,
      ...(await storedSizes(stack, salesFrom)),
      ...answers,
      functions: functionsOf(snapshot, stack.dataDir, codeOf(template), [ingest, ...readers], sellers),
    };
    writeFileSync(countsFile, `${JSON.stringify(counts, undefined, 2)}\n`);
    return counts;
  } finally {
    await stack.close();
    rmSync(scratch, { recursive: true, force: true });
  }
}

async function postAll({ apiUrl }: LocalStack) {
  const answers: { size: number; value: number }[] = [];
  let posted = 0;
  for (const size of posts) {
    const body = { orders: Array.from({ length: size }, (_, index) => makeOrder(posted + index)) };
    posted += size;
    const answer = await fetch(`${apiUrl}order`, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    const accepted = answer.status === 202 ? JSON.parse(text).accepted.length : 0;
    if (accepted !== size) throw new NotPriced(`${accepted} of ${size} orders were accepted: ${answer.status} ${text}`);
    const headers = [...answer.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
    answers.push({ size, value: text.length + headers });
  }
  const { start, slope } = lineThrough(answers);
  return { answerBytes: Math.round(start), answerBytesPerOrder: Math.round(slope) };
}

async function produceSales({ functions, outputs }: LocalStack): Promise<void> {
  const producer = [...functions.values()].find(({ functionName }) => functionName === outputs.ProducerFunctionName);
  const { payload = 'there is no producer' } = (await producer?.invoke(JSON.stringify({ events: sales }))) ?? {};
  if (!payload.includes('"status":true')) throw new NotPriced(`the sales were not produced: ${payload}`);
}

/** The metrics, once each of these functions has had so many records. */
async function consumed(
  { metricsUrl }: LocalStack,
  names: readonly string[],
  records: number,
): Promise<MetricsSnapshot> {
  const until = Date.now() + longestWaitMs;
  for (;;) {
    const snapshot = (await (await fetch(metricsUrl)).json()) as MetricsSnapshot;
    const late = snapshot.functions
      .filter(({ description, total }) => names.includes(description) && total.batchSize.sum < records)
      .map(({ description }) => description);
    if (late.length === 0) return snapshot;
    if (Date.now() > until) {
      throw new NotPriced(`after ${longestWaitMs / 1_000} s these have not had all records: ${late.join(', ')}`);
    }
    await sleep(250);
  }
}

function functionsOf(
  { functions, calls }: MetricsSnapshot,
  dataDir: string,
  code: ReadonlyMap<string, string>,
  ofOrders: readonly string[],
  ofSales: readonly string[],
): Record<string, FunctionCounts> {
  const counted = functions.filter(({ description }) => [...ofOrders, ...ofSales].includes(description));
  const timed = counted.map((each) => ({
    name: each.description,
    code: code.get(each.description) ?? each.description,
    points: timesOf(each),
  }));
  const lines = linesByCode(timed);
  return Object.fromEntries(
    counted.map((each) => {
      const own = calls.filter(({ principal }) => principal === each.functionName);
      const { start, slope } = lines.get(each.description) ?? { start: 0, slope: 0 };
      const log = statSync(join(dataDir, 'logs', `${each.functionName}.log`), { throwIfNoEntry: false });
      return [
        each.description,
        {
          invocationCpuMs: rounded(start),
          recordCpuMs: rounded(slope),
          logBytes: Math.round((log?.size ?? 0) / each.total.invocations),
          callsPerRecord: Object.fromEntries(
            own.map(({ service, action, calls }) => [
              `${service}:${action}`,
              rounded(calls / (ofSales.includes(each.description) ? sales : orders)),
            ]),
          ),
        },
      ];
    }),
  );
}

/** The code of each function, by its description. */
const codeOf = ({ Resources }: Template): ReadonlyMap<string, string> =>
  new Map(
    Object.values(Resources).flatMap(({ Type, Properties }) => {
      const { Description, Code } = (Properties ?? {}) as { Description?: string; Code?: { S3Key?: string } };
      return Type === 'AWS::Lambda::Function' && Description && Code?.S3Key ? [[Description, Code.S3Key]] : [];
    }),
  );

/**
 * Of the invocations that had neither to start nor to warm up. The ingest function's are the posts, one after another.
 */
function timesOf({ description, invocations }: FunctionSnapshot) {
  if (description === ingest) {
    const newest = invocations.slice(-measured.length);
    return newest.map(({ cpuMs }, index) => ({ size: measured[index] ?? 0, value: cpuMs }));
  }
  let before = 0;
  return invocations.flatMap(({ initMs, cpuMs, batch }) => {
    if (!batch) return [];
    const warm = before >= warmUpOrders;
    before += batch.records;
    return initMs === undefined && (warm || batch.records >= warmUpOrders)
      ? [{ size: batch.records, value: cpuMs }]
      : [];
  });
}

const rounded = (value: number) => Number(value.toPrecision(4));
