import { dynamoDb, s3 } from '../runtime/clients.ts';
import { count, name, readEnv } from '../runtime/env.ts';
import { LinkedInvoiceBucket } from '../stores/linked-invoice-bucket.ts';
import { OrderTable } from '../stores/order-table.ts';
import { presignInvoice } from './presign-invoice.ts';

const env = readEnv({ ORDER_TABLE: name, INVOICE_BUCKET: name, LINK_LIFETIME_SECONDS: count });
const invoices = new LinkedInvoiceBucket(s3(), env.INVOICE_BUCKET, env.LINK_LIFETIME_SECONDS);
export const handler = presignInvoice(new OrderTable(dynamoDb(), env.ORDER_TABLE), invoices);
