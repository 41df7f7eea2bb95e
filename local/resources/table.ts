import type {
  CreateTableCommandInput,
  StreamSpecification,
  StreamViewType,
  TableDescription,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { LocalContext } from '../context.ts';
import { StartError } from '../start-error.ts';
import { clientConfig } from './client-config.ts';
import type { CreatedResource } from './resource-type.ts';

const keySchema = z.array(z.strictObject({ AttributeName: z.string(), KeyType: z.enum(['HASH', 'RANGE']) }));

const indexes = z.array(
  z.strictObject({
    IndexName: z.string(),
    KeySchema: keySchema,
    Projection: z.strictObject({
      ProjectionType: z.enum(['ALL', 'KEYS_ONLY', 'INCLUDE']),
      NonKeyAttributes: z.optional(z.array(z.string())),
    }),
  }),
);

/** The properties that the two table types have in common and that are run. */
export const tableProperties = {
  TableName: z.optional(z.string()),
  AttributeDefinitions: z.array(z.strictObject({ AttributeName: z.string(), AttributeType: z.enum(['S', 'N', 'B']) })),
  KeySchema: keySchema,
  GlobalSecondaryIndexes: z.optional(indexes),
  LocalSecondaryIndexes: z.optional(indexes),
  StreamSpecification: z.optional(
    z.strictObject({ StreamViewType: z.enum(['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES']) }),
  ),
};

/** What of both table types changes nothing here: nothing limits throughput, and items outlive their time to live. */
export const tableWithoutEffect: readonly string[] = [
  'BillingMode',
  'TimeToLiveSpecification',
  'SSESpecification',
  'WarmThroughput',
  'GlobalSecondaryIndexes.WarmThroughput',
  'StreamSpecification.ResourcePolicy',
];

const schema = z.strictObject(tableProperties);
type TableProperties = z.infer<typeof schema>;

/**
 * Creates the table, or takes up the one that the data holds; throws where that has other keys or indexes. A stream is
 * switched on and off as the template says; one with another view type is another stream, as on AWS.
 */
export const openTable = async (
  logicalId: string,
  { TableName, StreamSpecification: stream, ...shape }: TableProperties,
  context: LocalContext,
): Promise<CreatedResource> => {
  const name = TableName ?? context.physicalName(logicalId, 255);
  const dynamodb = await import('@aws-sdk/client-dynamodb');
  const client = new dynamodb.DynamoDBClient(clientConfig(context, 'dynamodb'));
  const describe = async () => {
    const { Table } = await client.send(new dynamodb.DescribeTableCommand({ TableName: name }));
    return Table as TableDescription;
  };
  const create = async (error: unknown) => {
    if (!(error instanceof dynamodb.ResourceNotFoundException)) throw error;
    const input: CreateTableCommandInput = { TableName: name, BillingMode: 'PAY_PER_REQUEST', ...shape };
    await client.send(new dynamodb.CreateTableCommand({ ...input, ...(stream && specificationOf(stream)) }));
  };
  const active = async (): Promise<TableDescription> => {
    for (;;) {
      const table = await describe();
      if (table.TableStatus === 'ACTIVE') return table;
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  };
  const change = async (StreamSpecification: StreamSpecification) => {
    await client.send(new dynamodb.UpdateTableCommand({ TableName: name, StreamSpecification }));
    return active();
  };
  await describe().catch(create);
  let table = await active();
  if (shapeOf(table) !== shapeOf(shape)) {
    throw new StartError(
      `${context.dataDir} holds this table with other keys or indexes than the template's; ` +
        'choose another --data-dir, or remove this one to begin anew',
    );
  }
  const { StreamViewType: view } = table.StreamSpecification ?? {};
  if (view && view !== stream?.StreamViewType) table = await change({ StreamEnabled: false });
  if (stream && view !== stream.StreamViewType) table = await change({ StreamEnabled: true, ...stream });
  client.destroy();
  return {
    ref: name,
    attributes: {
      Arn: table.TableArn ?? '',
      ...(stream && { StreamArn: table.LatestStreamArn ?? '' }),
    },
  };
};

const specificationOf = (stream: { readonly StreamViewType: StreamViewType }) => ({
  StreamSpecification: { StreamEnabled: true, ...stream },
});

/** Between two looks at a table that is being created. */
const pollMs = 10;

/** What two tables must have in common to hold the same items: their keys and indexes, whatever their order. */
const shapeOf = (table: TableDescription | TableProperties): string => {
  const types = new Map(
    table.AttributeDefinitions?.map(({ AttributeName, AttributeType }) => [AttributeName, AttributeType]),
  );
  const keys = (schema: TableDescription['KeySchema']) =>
    schema?.map(({ AttributeName, KeyType }) => `${KeyType} ${AttributeName} ${types.get(AttributeName)}`).sort();
  const indexes = (list: TableDescription['GlobalSecondaryIndexes']) =>
    (list ?? [])
      .map(({ IndexName, KeySchema, Projection }) =>
        JSON.stringify([
          IndexName,
          keys(KeySchema),
          Projection?.ProjectionType,
          [...(Projection?.NonKeyAttributes ?? [])].sort(),
        ]),
      )
      .sort();
  return JSON.stringify([
    keys(table.KeySchema as TableDescription['KeySchema']),
    indexes(table.GlobalSecondaryIndexes as TableDescription['GlobalSecondaryIndexes']),
    indexes(table.LocalSecondaryIndexes as TableDescription['GlobalSecondaryIndexes']),
  ]);
};
