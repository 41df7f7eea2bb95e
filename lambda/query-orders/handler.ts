import { dynamoDb } from '../runtime/clients.ts';
import { readEnv } from '../runtime/env.ts';
import { openOrders, orderVariables } from '../runtime/orders.ts';
import { LiveSlots } from '../stores/live-slots.ts';
import { queryOrders } from './query-orders.ts';

const env = readEnv(orderVariables);
const client = dynamoDb();
export const handler = queryOrders(openOrders(client, new LiveSlots(client, env.LIVE_TABLE), env));
