import type { InvoiceLink, InvoiceLinks } from '../presign-invoice/presign-invoice.ts';
import type { LiveStore } from './live-slots.ts';

/** The invoices of whichever slot is live. */
export class LiveInvoices implements InvoiceLinks {
  readonly #invoices: LiveStore<InvoiceLinks>;

  constructor(invoices: LiveStore<InvoiceLinks>) {
    this.#invoices = invoices;
  }

  has(key: string): Promise<boolean> {
    return this.#invoices.read((invoices) => invoices.has(key));
  }

  link(key: string): Promise<InvoiceLink> {
    return this.#invoices.read((invoices) => invoices.link(key));
  }
}
