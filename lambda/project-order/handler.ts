import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { OrderTable } from '../stores/order-table.ts';
import { projectOrder } from './project-order.ts';

const env = readEnv({ ORDER_TABLE: name });
export const handler = projectOrder(new OrderTable(dynamoDb(), env.ORDER_TABLE));
