import { dynamoDb, s3 } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { openOrders, orderVariables } from '../runtime/orders.ts';
import { InvoiceBucket } from '../stores/invoice-bucket.ts';
import { LiveSlots, LiveStore } from '../stores/live-slots.ts';
import { queryHistory } from './query-history.ts';

const env = readEnv({ ...orderVariables, BLUE_INVOICE_BUCKET: name, GREEN_INVOICE_BUCKET: name });
const client = dynamoDb();
const objects = s3();
const live = new LiveSlots(client, env.LIVE_TABLE);
const invoices = new LiveStore(live, 'invoices', {
  blue: new InvoiceBucket(objects, env.BLUE_INVOICE_BUCKET),
  green: new InvoiceBucket(objects, env.GREEN_INVOICE_BUCKET),
});
export const handler = queryHistory(openOrders(client, live, env), {
  get: (key) => invoices.read((bucket) => bucket.get(key)),
});
