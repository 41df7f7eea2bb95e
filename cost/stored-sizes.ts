import { type AttributeValue, DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { makeOrder, orderKey } from '../bench/orders.ts';
import type { LocalStack } from '../local/start-local.ts';
import type { Counts } from './counts.ts';
import { NotPriced } from './deployed.ts';

export type StoredSizes = Pick<
  Counts,
  'orderBytes' | 'eventBytes' | 'saleBytes' | 'itemBytes' | 'itemBytesPerEvent' | 'invoiceBytes'
>;

/** What an order and its event weigh: as the stream, the table and the bucket hold the first one. */
export async function storedSizes(stack: LocalStack, salesFrom: Date): Promise<StoredSizes> {
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
  return {
    orderBytes: JSON.stringify(makeOrder(0)).length,
    eventBytes: await firstEventBytes(kinesis, outputs.StreamName ?? '', new Date(0)),
    saleBytes: await firstEventBytes(kinesis, outputs.StreamName ?? '', salesFrom),
    itemBytes: itemBytes(Item),
    itemBytesPerEvent: itemBytesPerEvent(Item),
    invoiceBytes: invoice.ContentLength ?? 0,
  };
}

const credentialsOf = (environment: LocalStack['environment']) => ({
  accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
  secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
});

/** Of the first record since: what is kept and what is paid for, its partition key included. */
async function firstEventBytes(kinesis: KinesisClient, StreamName: string, since: Date): Promise<number> {
  const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
  for (const { ShardId } of Shards) {
    const { ShardIterator } = await kinesis.send(
      new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'AT_TIMESTAMP', Timestamp: since }),
    );
    const { Records: [first] = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator, Limit: 1 }));
    if (first) return (first.Data?.length ?? 0) + (first.PartitionKey?.length ?? 0);
  }
  throw new NotPriced('the stream holds no record');
}

/**
 * As DynamoDB weighs an item:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export const itemBytes = (item: Record<string, AttributeValue>): number =>
  Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + valueBytes(value), 0);

/** What each event more adds: the lists of the item have an entry for each that it remembers. */
export const itemBytesPerEvent = (item: Record<string, AttributeValue>): number =>
  Object.values(item).reduce((sum, { L: [first] = [] }) => (first ? sum + 1 + valueBytes(first) : sum), 0);

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.replace(/[-.]/g, '').length / 2) + 1;
  if (value.L !== undefined) return 3 + value.L.reduce((sum, entry) => sum + 1 + valueBytes(entry), 0);
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1; // a truth value or null
}
