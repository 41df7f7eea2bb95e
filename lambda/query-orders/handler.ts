import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { LiveOrders } from '../stores/live-orders.ts';
import { LiveSlots, LiveStore } from '../stores/live-slots.ts';
import { OrderTable } from '../stores/order-table.ts';
import { queryOrders } from './query-orders.ts';

const env = readEnv({ LIVE_TABLE: name, BLUE_ORDER_TABLE: name, GREEN_ORDER_TABLE: name });
const client = dynamoDb();
const blue = new OrderTable(client, env.BLUE_ORDER_TABLE);
const green = new OrderTable(client, env.GREEN_ORDER_TABLE);
const live = new LiveSlots(client, env.LIVE_TABLE);
export const handler = queryOrders(new LiveOrders(new LiveStore(live, 'orders', { blue, green })));
