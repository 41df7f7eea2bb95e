import { s3 } from '../runtime/clients.ts';
import { name, readEnv } from '../runtime/env.ts';
import { InvoiceBucket } from '../stores/invoice-bucket.ts';
import { projectInvoice } from './project-invoice.ts';

const env = readEnv({ INVOICE_BUCKET: name });
export const handler = projectInvoice(new InvoiceBucket(s3(), env.INVOICE_BUCKET));
