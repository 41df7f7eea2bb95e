import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { orderTableKeys } from '../../lambda/stores/order-table-keys.ts';
import { positionOf } from '../../lambda/stores/position.ts';
import { slots } from '../../lambda/stores/slot.ts';
import type { Deployment } from '../deployment.ts';
import { inParallel } from './in-parallel.ts';
import type { SetAside, SetAsideRecord } from './set-aside.ts';

/**
 * Finds the records that their projection has passed: the order's item stands at this position or at a later one. Only
 * the orders keep a position for each key; of what other functions make every event counts, whenever it comes.
 */
export async function findSuperseded(
  { slots: { orders } }: Deployment,
  dynamodb: DynamoDBClient,
  pending: readonly SetAside[],
): Promise<(setAside: SetAside, record: SetAsideRecord) => boolean> {
  const tableOf = new Map(slots.map((slot) => [orders[slot].function, orders[slot].store]));
  const asked = new Map<string, { readonly table: string; readonly order: OrderKey }>();
  const questionOf = ({ functionName }: SetAside, { raw }: SetAsideRecord) => {
    const table = tableOf.get(functionName);
    const order = table === undefined ? undefined : orderKeyOf(raw);
    return table && order ? { name: JSON.stringify([table, order]), table, order } : undefined;
  };
  for (const setAside of pending) {
    for (const record of setAside.records) {
      const question = questionOf(setAside, record);
      if (question) asked.set(question.name, question);
    }
  }
  const positions = new Map<string, string>();
  await inParallel([...asked], 16, async ([name, { table, order }]) => {
    const { Item } = await dynamodb.send(
      new GetItemCommand({
        TableName: table,
        Key: {
          [orderTableKeys.partitionKey]: { S: order.accountid },
          [orderTableKeys.sortKey]: { S: order.vendorid },
        },
        ConsistentRead: true,
        ProjectionExpression: '#position',
        ExpressionAttributeNames: { '#position': orderTableKeys.position },
      }),
    );
    positions.set(name, Item?.[orderTableKeys.position]?.S ?? '');
  });
  return (setAside, record) => {
    const position = positions.get(questionOf(setAside, record)?.name ?? '') ?? '';
    return position >= positionOf(record.sequenceNumber);
  };
}

interface OrderKey {
  readonly accountid: string;
  readonly vendorid: string;
}

const orderKeyOf = (raw: SetAsideRecord['raw']): OrderKey | undefined => {
  try {
    const { data } = (raw as { kinesis: { data: string } }).kinesis;
    const { accountid, vendorid } = JSON.parse(Buffer.from(data, 'base64').toString()).data;
    return typeof accountid === 'string' && accountid && typeof vendorid === 'string' && vendorid
      ? { accountid, vendorid }
      : undefined;
  } catch {
    return undefined;
  }
};
