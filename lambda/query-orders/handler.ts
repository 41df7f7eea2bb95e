import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { OrderTable } from '../stores/order-table.ts';
import { queryOrders } from './query-orders.ts';

const env = readEnv({ ORDER_TABLE: name });
export const handler = queryOrders(new OrderTable(dynamoDb(), env.ORDER_TABLE));
