import { dynamoDb, s3 } from '../runtime/clients.ts';
import { count, name, readEnv } from '../runtime/env.ts';
import { LinkedInvoiceBucket } from '../stores/linked-invoice-bucket.ts';
import { LiveInvoices } from '../stores/live-invoices.ts';
import { LiveOrders } from '../stores/live-orders.ts';
import { LiveSlots, LiveStore } from '../stores/live-slots.ts';
import { OrderTable } from '../stores/order-table.ts';
import { presignInvoice } from './presign-invoice.ts';

const env = readEnv({
  LIVE_TABLE: name,
  BLUE_ORDER_TABLE: name,
  GREEN_ORDER_TABLE: name,
  BLUE_INVOICE_BUCKET: name,
  GREEN_INVOICE_BUCKET: name,
  LINK_LIFETIME_SECONDS: count,
});
const client = dynamoDb();
const objects = s3();
const live = new LiveSlots(client, env.LIVE_TABLE);
const orders = new LiveStore(live, 'orders', {
  blue: new OrderTable(client, env.BLUE_ORDER_TABLE),
  green: new OrderTable(client, env.GREEN_ORDER_TABLE),
});
const invoices = new LiveStore(live, 'invoices', {
  blue: new LinkedInvoiceBucket(objects, env.BLUE_INVOICE_BUCKET, env.LINK_LIFETIME_SECONDS),
  green: new LinkedInvoiceBucket(objects, env.GREEN_INVOICE_BUCKET, env.LINK_LIFETIME_SECONDS),
});
export const handler = presignInvoice(new LiveOrders(orders), new LiveInvoices(invoices));
