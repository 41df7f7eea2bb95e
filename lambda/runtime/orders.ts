import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LiveOrders } from '../stores/live-orders.ts';
import { type LiveSlots, LiveStore } from '../stores/live-slots.ts';
import { OrderTable } from '../stores/order-table.ts';
import { name } from './env.ts';

/** The variables that `openOrders` takes, and the table that says which slot is live. */
export const orderVariables = { LIVE_TABLE: name, BLUE_ORDER_TABLE: name, GREEN_ORDER_TABLE: name };

/** The orders of the live slot, in the tables that a function's environment names. */
export function openOrders(
  dynamoDb: DynamoDBClient,
  live: LiveSlots,
  env: Readonly<Record<'BLUE_ORDER_TABLE' | 'GREEN_ORDER_TABLE', string>>,
): LiveOrders {
  const blue = new OrderTable(dynamoDb, env.BLUE_ORDER_TABLE);
  const green = new OrderTable(dynamoDb, env.GREEN_ORDER_TABLE);
  return new LiveOrders(new LiveStore(live, 'orders', { blue, green }));
}
