import { dynamoDb, s3 } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { InvoiceBucket } from '../stores/invoice-bucket.ts';
import { LiveOrders } from '../stores/live-orders.ts';
import { LiveSlots, LiveStore } from '../stores/live-slots.ts';
import { OrderTable } from '../stores/order-table.ts';
import { queryHistory } from './query-history.ts';

const env = readEnv({
  LIVE_TABLE: name,
  BLUE_ORDER_TABLE: name,
  GREEN_ORDER_TABLE: name,
  BLUE_INVOICE_BUCKET: name,
  GREEN_INVOICE_BUCKET: name,
});
const client = dynamoDb();
const objects = s3();
const live = new LiveSlots(client, env.LIVE_TABLE);
const orders = new LiveStore(live, 'orders', {
  blue: new OrderTable(client, env.BLUE_ORDER_TABLE),
  green: new OrderTable(client, env.GREEN_ORDER_TABLE),
});
const invoices = new LiveStore(live, 'invoices', {
  blue: new InvoiceBucket(objects, env.BLUE_INVOICE_BUCKET),
  green: new InvoiceBucket(objects, env.GREEN_INVOICE_BUCKET),
});
export const handler = queryHistory(new LiveOrders(orders), {
  get: (key) => invoices.read((bucket) => bucket.get(key)),
});
