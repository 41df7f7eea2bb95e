import { type Invoice, toInvoice } from '../../domain/order/invoice.ts';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import { kinesisConsumer } from '../runtime/kinesis-consumer.ts';

/** Where invoices lie. */
export interface InvoiceStore {
  /** Writes the invoice; writing it again writes the same bytes. */
  put(invoice: Invoice): Promise<void>;
}

/** stream -> project-invoice -> invoices. At-least-once: writing the same invoice twice is harmless. */
export const projectInvoice = (invoices: InvoiceStore) =>
  kinesisConsumer([OrderPlaced], (event) => invoices.put(toInvoice(event)));
