import { toInvoice } from '../../../domain/order/invoice.ts';
import { projectInvoice } from '../../../lambda/project-invoice/project-invoice.ts';
import { InMemoryInvoices, invoiceKeyOf, kinesisEvent, orderPlaced, sequenceNumber } from '../../support/events.ts';

beforeEach(() => {
  jest.spyOn(console, 'info').mockImplementation(() => {});
  jest.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => jest.restoreAllMocks());

const events = Array.from({ length: 5 }, (_, n) => orderPlaced(`e${n}`, { vendorid: `v${n}` }));

describe('project-invoice', () => {
  it('writes one invoice an order, under the id of its event', async () => {
    const invoices = new InMemoryInvoices();
    expect(await projectInvoice(invoices)(kinesisEvent(events))).toEqual({ batchItemFailures: [] });
    expect([...invoices.objects]).toEqual(events.map(toInvoice).map(({ key, json }) => [key, json]));
  });

  it('changes nothing when the whole batch is delivered again', async () => {
    const invoices = new InMemoryInvoices();
    await projectInvoice(invoices)(kinesisEvent(events));
    const before = [...invoices.objects];
    await projectInvoice(invoices)(kinesisEvent(events));
    expect([...invoices.objects]).toEqual(before);
  });

  it('writes its neighbours when one cannot be written, and reports that one', async () => {
    const invoices = new InMemoryInvoices();
    const [, , failing] = events as [never, never, (typeof events)[number]];
    invoices.failFor = (key) => key === invoiceKeyOf(failing);
    expect(await projectInvoice(invoices)(kinesisEvent(events))).toEqual({
      batchItemFailures: [{ itemIdentifier: sequenceNumber(2) }],
    });
    expect([...invoices.objects.keys()]).toEqual(events.filter((event) => event !== failing).map(invoiceKeyOf));
  });
});
