import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  type StreamViewType,
} from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorInput,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams';
import { beforeAll, expect } from '@jest/globals';
import { startDynamoDb } from '../../../../local/engines/dynamodb.ts';
import type { Engine } from '../../../../local/engines/engine.ts';
import { eventually } from '../../../support/eventually.ts';
import { client, scratchFolder, started } from '../scratch.ts';

const path = scratchFolder();
/** What the engine told of its writes. */
export const heard: [string, readonly string[]][] = [];
export let engine: Engine;
export let dynamoDb: DynamoDBClient;
export let streams: DynamoDBStreamsClient;

/** Starts the engine of this test file, on the same folder each time unless it is given another. */
export const start = async (options: Partial<Parameters<typeof startDynamoDb>[0]> = {}) => {
  engine = await started(startDynamoDb({ path, onWrite: (...write) => heard.push(write), ...options }));
  dynamoDb = new DynamoDBClient({ ...client, endpoint: engine.url });
  streams = new DynamoDBStreamsClient({ ...client, endpoint: engine.url });
};
export const stop = async () => {
  dynamoDb.destroy();
  streams.destroy();
  await engine.close();
};
beforeAll(() => start());

let tables = 0;

/** A new table, keyed by `id` and `n`, with a stream; answers with its name and the stream's ARN. */
export const newTable = async (view?: StreamViewType) => {
  const TableName = `table-${++tables}`;
  await dynamoDb.send(
    new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: [
        { AttributeName: 'id', AttributeType: 'S' },
        { AttributeName: 'n', AttributeType: 'N' },
      ],
      KeySchema: [
        { AttributeName: 'id', KeyType: 'HASH' },
        { AttributeName: 'n', KeyType: 'RANGE' },
      ],
      ...(view && { StreamSpecification: { StreamEnabled: true, StreamViewType: view } }),
    }),
  );
  const table = await eventually(async () => {
    const { Table } = await dynamoDb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.TableStatus).toBe('ACTIVE');
    return Table;
  });
  return { TableName, StreamArn: table?.LatestStreamArn as string, table };
};

export type Item = Record<string, AttributeValue>;

export const key = (id: string, n = 1): Item => ({ id: { S: id }, n: { N: String(n) } });
export const put = (TableName: string, Item: Item) => dynamoDb.send(new PutItemCommand({ TableName, Item }));

export const shardOf = async (StreamArn: string) => {
  const { StreamDescription } = await streams.send(new DescribeStreamCommand({ StreamArn }));
  return StreamDescription?.Shards?.[0]?.ShardId as string;
};

export const iterator = async (StreamArn: string, position: Partial<GetShardIteratorInput> = {}) => {
  const ShardId = await shardOf(StreamArn);
  const input = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON', ...position } as const;
  return (await streams.send(new GetShardIteratorCommand(input))).ShardIterator;
};

/** Every record from a position to the present end. */
export const recordsOf = async (StreamArn: string, position: Partial<GetShardIteratorInput> = {}) => {
  const records: StreamRecord[] = [];
  let ShardIterator = await iterator(StreamArn, position);
  for (let more = true; more && ShardIterator; ) {
    const page = await streams.send(new GetRecordsCommand({ ShardIterator }));
    records.push(...(page.Records ?? []));
    ShardIterator = page.NextShardIterator;
    more = (page.Records ?? []).length > 0;
  }
  return records;
};

export const brief = ({ eventName, dynamodb }: StreamRecord) => [
  eventName,
  dynamodb?.OldImage?.v?.S,
  dynamodb?.NewImage?.v?.S,
];
