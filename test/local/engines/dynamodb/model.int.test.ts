import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createTable } from '../../../support/create-table.ts';
import { client, scratchFolder } from '../scratch.ts';

/**
 * Runs random operations against the engine and a model of a few lines, and compares every answer.
 *
 *   MODEL_OPERATIONS=100000 npx jest dynamodb/model     more of them
 *   REMOTE=1 npx jest dynamodb/model                    against the endpoint that the SDK's own variables name
 */
const operations = Number(process.env.MODEL_OPERATIONS ?? 1_500);
const operationsARun = 150;

type Item = Record<string, AttributeValue>;

const engines: Engine[] = [];
afterAll(() => Promise.all(engines.map((engine) => engine.stop('SIGKILL'))));

/** The engine in a process of its own, so that it can be killed. */
class Engine {
  dynamoDb = new DynamoDBClient({});
  private readonly folder = scratchFolder();
  private readonly defect: string;
  private child: ChildProcess | undefined;

  constructor(defect = '') {
    this.defect = defect;
    engines.push(this);
  }

  async start(): Promise<void> {
    if (process.env.REMOTE) return;
    const args = [join(import.meta.dirname, 'holder.ts'), this.folder, this.defect];
    this.child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const [endpoint] = await once(createInterface(this.child.stdout as NodeJS.ReadableStream), 'line');
    this.dynamoDb = new DynamoDBClient({ ...client, endpoint });
  }

  async stop(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.dynamoDb.destroy();
    if (!this.child || this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    if (signal === 'SIGKILL') this.child.kill(signal);
    else this.child.stdin?.end(); // asks it to close
    await exited;
  }
}

/** What a table holds, and the pages that somebody has begun to read. */
class Model {
  readonly items = new Map<string, Item>();
  readonly cursors: Cursor[] = [];

  /** In the order of a query: by sort key, or by the index's sort key. */
  partition(account: string, by: 'vendor' | 'grade'): Item[] {
    const items = [...this.items.values()].filter((item) => item.account?.S === account && item[by]);
    return items.sort((one, other) => compare(one, other, by));
  }
}

const compare = (one: Item, other: Item, by: 'vendor' | 'grade'): number => {
  const [a, b] = [one[by]?.S ?? '', other[by]?.S ?? ''];
  return a === b ? 0 : a < b ? -1 : 1;
};

interface Cursor {
  readonly account: string;
  readonly by: 'vendor' | 'grade';
  readonly reverse: boolean;
  readonly limit: number;
  readonly after: Item | undefined;
}

type Operation = (engine: Engine, model: Model, TableName: string) => Promise<void>;

const idOf = ({ account, vendor }: Item): string => `${account?.S}/${vendor?.S}`;
const key = fc.record({
  account: fc.constantFrom('a', 'b', 'aa'),
  vendor: fc.constantFrom('1', '2', '10', 'é', 'v/1', 'v', 'V', '~'),
});
const keyOf = ({ account, vendor }: { account: string; vendor: string }): Item => ({
  account: { S: account },
  vendor: { S: vendor },
});
/** Items that are spread over many pages of the file, and move within it as they grow. */
const filling = fc.integer({ min: 1, max: 3_000 });
const grade = fc.constantFrom(undefined, 'x', 'y', 'yy', 'z');

const itemOf = (at: Item, bytes: number, graded: string | undefined): Item => ({
  ...at,
  filling: { S: String(bytes % 10).repeat(bytes) },
  ...(graded !== undefined && { grade: gradeOf(at, graded) }),
});

/** Another one for each item of an account: AWS gives items of equal index keys in no order. */
const gradeOf = ({ vendor }: Item, graded: string): AttributeValue => ({ S: `${graded} ${vendor?.S}` });

const put = fc.tuple(key, filling, grade).map(
  ([at, bytes, graded]): Operation =>
    async ({ dynamoDb }, { items }, TableName) => {
      const Item = itemOf(keyOf(at), bytes, graded);
      const { Attributes } = await dynamoDb.send(new PutItemCommand({ TableName, Item, ReturnValues: 'ALL_OLD' }));
      expect(Attributes).toEqual(items.get(idOf(Item)));
      items.set(idOf(Item), Item);
    },
);

const putIfAbsent = key.map(
  (at): Operation =>
    async ({ dynamoDb }, { items }, TableName) => {
      const Item = itemOf(keyOf(at), 9, 'x');
      const condition = { ConditionExpression: 'attribute_not_exists(account)' };
      const written = dynamoDb.send(new PutItemCommand({ TableName, Item, ...condition }));
      if (items.has(idOf(Item)))
        await expect(written).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
      else items.set(idOf(Item), (await written) && Item);
    },
);

const count = fc.tuple(key, grade).map(
  ([at, graded]): Operation =>
    async ({ dynamoDb }, { items }, TableName) => {
      const Key = keyOf(at);
      const before = items.get(idOf(Key));
      const counted = { N: String(Number(before?.n?.N ?? 0) + 1) };
      const { Attributes } = await dynamoDb.send(
        new UpdateItemCommand({
          TableName,
          Key,
          UpdateExpression: graded ? 'ADD n :one SET grade = :grade' : 'ADD n :one REMOVE grade',
          ExpressionAttributeValues: { ':one': { N: '1' }, ...(graded && { ':grade': gradeOf(Key, graded) }) },
          ReturnValues: 'ALL_NEW',
        }),
      );
      const { grade: _, ...others } = before ?? Key;
      const after: Item = { ...others, n: counted, ...(graded && { grade: gradeOf(Key, graded) }) };
      expect(Attributes).toEqual(after);
      items.set(idOf(Key), after);
    },
);

const remove = key.map(
  (at): Operation =>
    async ({ dynamoDb }, { items }, TableName) => {
      const Key = keyOf(at);
      const { Attributes } = await dynamoDb.send(new DeleteItemCommand({ TableName, Key, ReturnValues: 'ALL_OLD' }));
      expect(Attributes).toEqual(items.get(idOf(Key)));
      items.delete(idOf(Key));
    },
);

const putMany = fc.uniqueArray(key, { minLength: 1, maxLength: 8, selector: (at) => idOf(keyOf(at)) }).map(
  (keys): Operation =>
    async ({ dynamoDb }, { items }, TableName) => {
      const put = keys.map((at) => itemOf(keyOf(at), 500, 'y'));
      const RequestItems = { [TableName]: put.map((Item) => ({ PutRequest: { Item } })) };
      await dynamoDb.send(new BatchWriteItemCommand({ RequestItems }));
      for (const item of put) items.set(idOf(item), item);
    },
);

/** All of it, or nothing where one of the items is there already. */
const transact = fc.uniqueArray(key, { minLength: 1, maxLength: 4, selector: (at) => idOf(keyOf(at)) }).map(
  (keys): Operation =>
    async ({ dynamoDb }, { items }, TableName) => {
      const put = keys.map((at) => itemOf(keyOf(at), 300, 'z'));
      const isLast = (index: number) => index === put.length - 1;
      const written = dynamoDb.send(
        new TransactWriteItemsCommand({
          TransactItems: put.map((Item, index) => ({
            Put: { TableName, Item, ...(isLast(index) && { ConditionExpression: 'attribute_not_exists(account)' }) },
          })),
        }),
      );
      if (items.has(idOf(put.at(-1) as Item)))
        await expect(written).rejects.toMatchObject({
          name: 'TransactionCanceledException',
          CancellationReasons: put.map((_, index) => ({ Code: isLast(index) ? 'ConditionalCheckFailed' : 'None' })),
        });
      else {
        await written;
        for (const item of put) items.set(idOf(item), item);
      }
    },
);

const get = key.map(
  (at): Operation =>
    async ({ dynamoDb }, { items }, TableName) => {
      const Key = keyOf(at);
      const { Item } = await dynamoDb.send(new GetItemCommand({ TableName, Key, ConsistentRead: true }));
      expect(Item).toEqual(items.get(idOf(Key)));
    },
);

const scan = fc.constant<Operation>(async ({ dynamoDb }, { items }, TableName) => {
  const { Items = [] } = await dynamoDb.send(new ScanCommand({ TableName, ConsistentRead: true }));
  expect(new Map(Items.map((item) => [idOf(item), item]))).toEqual(items);
});

/** Begins to read a partition; its later pages follow whenever their turn comes, over what is written meanwhile. */
const beginQuery = fc
  .record({
    account: fc.constantFrom('a', 'b', 'aa'),
    by: fc.constantFrom('vendor' as const, 'grade' as const),
    reverse: fc.boolean(),
    limit: fc.integer({ min: 1, max: 4 }),
  })
  .map(
    (query): Operation =>
      async (engine, model, TableName) =>
        readPage(engine, model, TableName, { ...query, after: undefined }),
  );

const continueQuery = fc.nat().map(
  (which): Operation =>
    async (engine, model, TableName) => {
      const [cursor] = model.cursors.splice(which % Math.max(1, model.cursors.length), 1);
      if (cursor) await readPage(engine, model, TableName, cursor);
    },
);

const readPage = async ({ dynamoDb }: Engine, model: Model, TableName: string, cursor: Cursor): Promise<void> => {
  const { account, by, reverse, limit, after } = cursor;
  const query: QueryCommandInput = {
    TableName,
    KeyConditionExpression: 'account = :account',
    ExpressionAttributeValues: { ':account': { S: account } },
    ScanIndexForward: !reverse,
    Limit: limit,
    ExclusiveStartKey: after,
    ...(by === 'grade' && { IndexName: 'byGrade' }),
  };
  const { Items = [], LastEvaluatedKey } = await dynamoDb.send(new QueryCommand(query));
  const inOrder = model.partition(account, by);
  if (reverse) inOrder.reverse();
  const isBehind = (item: Item) => !after || (reverse ? compare(item, after, by) < 0 : compare(item, after, by) > 0);
  expect(Items).toEqual(inOrder.filter(isBehind).slice(0, limit));
  if (LastEvaluatedKey) model.cursors.push({ ...cursor, after: LastEvaluatedKey });
  else expect(Items.length).toBeLessThan(limit);
};

const restart = (signal: 'SIGKILL' | 'SIGTERM') =>
  fc.constant<Operation>(async (engine) => {
    if (process.env.REMOTE) return;
    await engine.stop(signal);
    await engine.start();
    restarts[signal]++;
  });
const restarts = { SIGKILL: 0, SIGTERM: 0 };

const operation = fc.oneof(
  { weight: 60, arbitrary: put },
  { weight: 60, arbitrary: count },
  { weight: 30, arbitrary: remove },
  { weight: 20, arbitrary: putIfAbsent },
  { weight: 15, arbitrary: putMany },
  { weight: 20, arbitrary: transact },
  { weight: 40, arbitrary: get },
  { weight: 40, arbitrary: beginQuery },
  { weight: 80, arbitrary: continueQuery },
  { weight: 15, arbitrary: scan },
  { weight: 1, arbitrary: restart('SIGKILL') },
  { weight: 1, arbitrary: restart('SIGTERM') },
);

/** Compares the engine with the model over so many operations; rejects with the shortest run that tells them apart. */
const compareWithModel = async (engine: Engine, total: number): Promise<number> => {
  let count = 0;
  let runs = 0;
  const property = fc.asyncProperty(
    fc.array(operation, { minLength: operationsARun / 2, maxLength: operationsARun, size: 'max' }),
    async (run) => {
      const TableName = `run-${runs++}-${Date.now()}`;
      await createTable(engine.dynamoDb, {
        TableName,
        AttributeDefinitions: ['account', 'vendor', 'grade'].map((AttributeName) => ({
          AttributeName,
          AttributeType: 'S',
        })),
        KeySchema: [
          { AttributeName: 'account', KeyType: 'HASH' },
          { AttributeName: 'vendor', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [
          {
            IndexName: 'byGrade',
            KeySchema: [
              { AttributeName: 'account', KeyType: 'HASH' },
              { AttributeName: 'grade', KeyType: 'RANGE' },
            ],
            Projection: { ProjectionType: 'ALL' },
          },
        ],
      });
      const model = new Model();
      for (const step of run) await step(engine, model, TableName);
      count += run.length;
      await engine.dynamoDb.send(new DeleteTableCommand({ TableName }));
    },
  );
  await fc.assert(property, { numRuns: Math.ceil(total / operationsARun), endOnFailure: true, verbose: 0 });
  return count;
};

it(
  'answers every operation as the model does, also over open queries, restarts and kills',
  async () => {
    const engine = new Engine();
    await engine.start();
    const started = performance.now();
    const count = await compareWithModel(engine, operations);
    await engine.stop('SIGTERM');
    const seconds = Math.round((performance.now() - started) / 1_000);
    if (process.env.MODEL_OPERATIONS)
      console.info(`${count} operations, ${restarts.SIGTERM} restarts, ${restarts.SIGKILL} kills in ${seconds} s`);
  },
  60_000 + operations * 20,
);

it.each(['stale read', 'lost write', 'reordered range'])(
  'finds a %s that is put into the store',
  async (defect) => {
    if (process.env.REMOTE) return;
    const engine = new Engine(defect);
    await engine.start();
    await expect(compareWithModel(engine, 20_000)).rejects.toThrow(/Property failed/);
    await engine.stop('SIGKILL');
  },
  120_000,
);
