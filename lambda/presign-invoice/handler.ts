import { dynamoDb, s3 } from '../runtime/clients.ts';
import { count, name, readEnv } from '../runtime/env.ts';
import { openOrders, orderVariables } from '../runtime/orders.ts';
import { LinkedInvoiceBucket } from '../stores/linked-invoice-bucket.ts';
import { LiveInvoices } from '../stores/live-invoices.ts';
import { LiveSlots, LiveStore } from '../stores/live-slots.ts';
import { presignInvoice } from './presign-invoice.ts';

const env = readEnv({
  ...orderVariables,
  BLUE_INVOICE_BUCKET: name,
  GREEN_INVOICE_BUCKET: name,
  LINK_LIFETIME_SECONDS: count,
});
const client = dynamoDb();
const objects = s3();
const live = new LiveSlots(client, env.LIVE_TABLE);
const invoices = new LiveStore(live, 'invoices', {
  blue: new LinkedInvoiceBucket(objects, env.BLUE_INVOICE_BUCKET, env.LINK_LIFETIME_SECONDS),
  green: new LinkedInvoiceBucket(objects, env.GREEN_INVOICE_BUCKET, env.LINK_LIFETIME_SECONDS),
});
export const handler = presignInvoice(openOrders(client, live, env), new LiveInvoices(invoices));
