import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DeleteItemCommand,
  DescribeTableCommand,
  DynamoDBClient,
  paginateScan,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { afterAll, expect, it } from '@jest/globals';
import { eventually } from '../../../support/eventually.ts';
import { client, scratchFolder } from '../scratch.ts';

const TableName = 'items';
const folder = scratchFolder();
let child: ChildProcess;
let dynamoDb: DynamoDBClient;
let streams: DynamoDBStreamsClient;
afterAll(() => void child.kill('SIGKILL'));

const start = async () => {
  child = spawn(process.execPath, [join(import.meta.dirname, 'holder.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'], // the engine closes when its input ends
  });
  const [endpoint] = await once(createInterface(child.stdout as NodeJS.ReadableStream), 'line');
  dynamoDb = new DynamoDBClient({ ...client, endpoint });
  streams = new DynamoDBStreamsClient({ ...client, endpoint });
};

const createTable = async () => {
  await dynamoDb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }),
  );
  await eventually(async () => {
    expect((await dynamoDb.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus).toBe('ACTIVE');
  });
};

let acknowledged = 0;

/** Counts up, removes and puts anew, until the engine is gone. */
const writeOn = async (writer: number): Promise<void> => {
  for (let written = 0; ; written++) {
    const Key = { id: { S: `item-${(writer * 7 + written) % 12}` } };
    const put = { PutRequest: { Item: { ...Key, count: { N: '1000' } } } };
    const write = [
      () => dynamoDb.send(new DeleteItemCommand({ TableName, Key })),
      () => dynamoDb.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: [put] } })),
    ][written % 9];
    try {
      await (write?.() ??
        dynamoDb.send(
          new UpdateItemCommand({
            TableName,
            Key,
            UpdateExpression: 'ADD #count :one',
            ExpressionAttributeNames: { '#count': 'count' },
            ExpressionAttributeValues: { ':one': { N: '1' } },
          }),
        ));
    } catch {
      return;
    }
    acknowledged++;
  }
};

const allRecords = async () => {
  const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
  const StreamArn = Table?.LatestStreamArn as string;
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId as string;
  const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' } as const;
  let { ShardIterator } = await streams.send(new GetShardIteratorCommand(input));
  const records: StreamRecord[] = [];
  for (let more = true; more; ) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
    records.push(...(page.Records ?? []));
    ShardIterator = page.NextShardIterator;
    more = (page.Records ?? []).length > 0;
  }
  return records;
};

it('after each kill -9 in the middle of writing the stream leads to the table as it is, without a gap', async () => {
  await start();
  await createTable();
  for (let round = 0; round < 4; round++) {
    const writers = [0, 1, 2, 3].map(writeOn);
    const enough = acknowledged + 40 + 7 * round; // another moment in each round
    await eventually(() => expect(acknowledged).toBeGreaterThan(enough), 10_000, 1);
    child.kill('SIGKILL');
    await Promise.all(writers);
    dynamoDb.destroy();
    streams.destroy();
    await start();

    const items = new Map<string, Record<string, AttributeValue>>();
    for await (const { Items = [] } of paginateScan({ client: dynamoDb }, { TableName }))
      for (const item of Items) items.set(item.id?.S as string, item);
    const folded = new Map<string, Record<string, AttributeValue>>();
    const records = await allRecords();
    for (const { dynamodb } of records) {
      const id = dynamodb?.Keys?.id?.S as string;
      expect(dynamodb?.OldImage).toEqual(folded.get(id));
      if (dynamodb?.NewImage) folded.set(id, dynamodb.NewImage as Record<string, AttributeValue>);
      else folded.delete(id);
    }
    expect(Object.fromEntries(folded)).toEqual(Object.fromEntries(items));
    expect(records.length).toBeGreaterThan(acknowledged / 2);
  }
});
