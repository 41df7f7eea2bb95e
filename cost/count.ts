import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type AttributeValue, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describeMachine } from '../bench/machine.ts';
import { makeOrder, orderKey } from '../bench/orders.ts';
import type { FunctionSnapshot } from '../local/metrics/function-metrics.ts';
import type { MetricsSnapshot } from '../local/metrics/metrics.ts';
import { type LocalStack, startLocal } from '../local/start-local.ts';
import { synthesize } from '../local/synthesize.ts';
import { type Counts, countsFile, type FunctionCounts } from './counts.ts';
import { lineThrough } from './line-through.ts';

/** Posts of each size, small ones first; no two orders alike, one post at a time. */
const posts = [
  ...Array<number>(60).fill(1),
  ...Array<number>(30).fill(10),
  ...Array<number>(12).fill(100),
  ...Array<number>(6).fill(500),
];
const orders = posts.reduce((sum, size) => sum + size, 0);
const ingest = 'ingest-order';
const longestWaitMs = 120_000;

/**
 * Starts the stack on this machine, with the batching comparison, posts orders, waits until every consumer has had them
 * all, and writes what that took to `counts.json`. `say` hears what it is at.
 */
export async function count(say: (what: string) => void): Promise<Counts> {
  const scratch = mkdtempSync(join(tmpdir(), 'cost-'));
  const assembly = join(scratch, 'assembly');
  say('starting the stack');
  await synthesize({ root: '.', output: assembly, context: { auth: 'none', batchingComparison: 'true' } });
  const stack = await startLocal({ assembly, dataDir: join(scratch, 'data'), environments: 1 });
  try {
    say(`posting ${orders} orders`);
    const answers = await postAll(stack);
    say('waiting for the consumers');
    const snapshot = await consumed(stack);
    const counts = { ...(await sizes(stack)), ...answers, functions: functionsOf(snapshot, stack.dataDir) };
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
    if (accepted !== size) throw new Error(`${accepted} of ${size} orders were accepted: ${answer.status} ${text}`);
    const headers = [...answer.headers].reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
    answers.push({ size, value: text.length + headers });
  }
  const { start, slope } = lineThrough(answers);
  return { answerBytes: Math.round(start), answerBytesPerOrder: Math.round(slope) };
}

/** The metrics, once every function that had one order had them all. */
async function consumed({ metricsUrl }: LocalStack): Promise<MetricsSnapshot> {
  const until = Date.now() + longestWaitMs;
  for (;;) {
    const snapshot = (await (await fetch(metricsUrl)).json()) as MetricsSnapshot;
    const readers = snapshot.functions.filter(
      ({ description }) => !/-green$/.test(description) && isReader(description),
    );
    if (readers.every(({ total }) => total.batchSize.sum >= orders)) return snapshot;
    if (Date.now() > until) {
      const late = readers.filter(({ total }) => total.batchSize.sum < orders).map(({ description }) => description);
      throw new Error(`after ${longestWaitMs / 1_000} s these have not had all orders: ${late.join(', ')}`);
    }
    await sleep(250);
  }
}

const isReader = (description: string) => /^(project|put|check)-/.test(description);

function functionsOf({ functions, calls }: MetricsSnapshot, dataDir: string): Record<string, FunctionCounts> {
  const worked = functions.filter(({ total }) => total.invocations > 0);
  return Object.fromEntries(
    worked.map((each) => {
      const own = calls.filter(({ principal }) => principal === each.functionName);
      const { start, slope } = lineThrough(timesOf(each));
      const log = statSync(join(dataDir, 'logs', `${each.functionName}.log`), { throwIfNoEntry: false });
      return [
        each.description,
        {
          invocationCpuMs: rounded(start),
          orderCpuMs: rounded(slope),
          logBytes: Math.round((log?.size ?? 0) / each.total.invocations),
          callsPerOrder: Object.fromEntries(
            own.map(({ service, action, calls }) => [`${service}:${action}`, rounded(calls / orders)]),
          ),
        },
      ];
    }),
  );
}

/** Of the warm invocations. The ingest function's are the posts, one after another. */
function timesOf({ description, invocations }: FunctionSnapshot) {
  return invocations.flatMap(({ initMs, cpuMs, batch }, index) => {
    const size = description === ingest ? posts.slice(-invocations.length)[index] : batch?.records;
    return initMs === undefined && size !== undefined ? [{ size, value: cpuMs }] : [];
  });
}

const rounded = (value: number) => Number(value.toPrecision(4));

/** What the stores hold of the first order, and of its event. */
async function sizes(stack: LocalStack) {
  const { outputs, environment } = stack;
  const clients = {
    region: environment.AWS_REGION ?? '',
    credentials: credentialsOf(environment),
    requestHandler: new NodeHttpHandler(),
  };
  const kinesis = new KinesisClient({ ...clients, endpoint: environment.AWS_ENDPOINT_URL_KINESIS ?? '' });
  const dynamoDb = new DynamoDBClient({ ...clients, endpoint: environment.AWS_ENDPOINT_URL_DYNAMODB ?? '' });
  const s3 = new S3Client({ ...clients, endpoint: environment.AWS_ENDPOINT_URL_S3 ?? '', forcePathStyle: true });
  const { accountid, vendorid } = orderKey(0);
  const { Item = {} } = await dynamoDb.send(
    new GetItemCommand({
      TableName: outputs.OrderTableName,
      Key: { accountid: { S: accountid }, vendorid: { S: vendorid } },
    }),
  );
  const eventId = Item.eventId?.S ?? '';
  const invoice = await s3.send(
    new HeadObjectCommand({
      Bucket: outputs.InvoiceBucketName,
      Key: `invoices/${accountid}/${vendorid}/${eventId}.json`,
    }),
  );
  const { cpu, cores, node, measuredAt } = describeMachine();
  return {
    countedAt: measuredAt,
    machine: `${cpu}, ${cores} cores, Node ${node}`,
    orders,
    orderBytes: JSON.stringify(makeOrder(0)).length,
    eventBytes: await firstEventBytes(kinesis, outputs.StreamName ?? ''),
    itemBytes: itemBytes(Item),
    itemBytesPerEvent: eventId.length + 1,
    invoiceBytes: invoice.ContentLength ?? 0,
  };
}

const credentialsOf = (environment: LocalStack['environment']) => ({
  accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
});

/** Of the first record: what is kept and what is paid for, its partition key included. */
async function firstEventBytes(kinesis: KinesisClient, StreamName: string): Promise<number> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  for (const { ShardId } of Shards) {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    );
    const { Records: [first] = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    if (first) return (first.Data?.length ?? 0) + (first.PartitionKey?.length ?? 0);
  }
  throw new Error('the stream holds no record');
}

/** As DynamoDB weighs an item: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const itemBytes = (item: Record<string, AttributeValue>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, entry) => sum + 1 + valueBytes(entry), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1; // a truth value or null
}
