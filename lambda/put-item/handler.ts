import { projectOrder } from '../project-order/project-order.ts';
import { dynamoDb } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { OrderTable } from '../stores/order-table.ts';

// What project-order does, so that nothing but their batches tells put-item-1 and put-item-2 apart.
const env = readEnv({ ORDER_TABLE: name });
export const handler = projectOrder(new OrderTable(dynamoDb(), env.ORDER_TABLE));
