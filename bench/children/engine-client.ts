import { type KinesisClient, PutRecordCommand } from '@aws-sdk/client-kinesis';
import { toInvoice } from '../../domain/order/invoice.ts';
import { dynamoDb, kinesis, s3 } from '../../lambda/runtime/clients.ts';
import { InvoiceBucket } from '../../lambda/stores/invoice-bucket.ts';
import { OrderTable } from '../../lambda/stores/order-table.ts';
import { answerJobs } from '../child.ts';
import { floorNames } from '../floor-resources.ts';
import { applyLoad, type Load } from '../load.ts';
import { makeEvent } from '../orders.ts';

/** Makes, for the orders from number `first` on, the calls that the whole system makes for them, or some of these. */
export interface FloorJob {
  readonly calls: 'stream' | 'table' | 'stores' | 'all';
  readonly first: number;
  readonly orders: number;
  readonly concurrency: number;
}

let clients: { stream: KinesisClient; table: OrderTable; bucket: InvoiceBucket } | undefined;

/** The functions' own clients and adapters, so that the floor's calls are theirs; once the environment is there. */
const openClients = () => {
  clients ??= {
    stream: kinesis(),
    table: new OrderTable(dynamoDb(), floorNames.table),
    bucket: new InvoiceBucket(s3(), floorNames.bucket),
  };
  return clients;
};

answerJobs<FloorJob, Load>(({ calls, first, orders, concurrency }) => {
  const { stream, table, bucket } = openClients();
  const events = Array.from({ length: orders }, (_, index) => makeEvent(first + index));
  const data = events.map((event) => Buffer.from(JSON.stringify(event)));

  const put = async (index: number) => {
    const { subject } = at(events, index);
    const record = { StreamName: floorNames.stream, PartitionKey: subject, Data: at(data, index) };
    const { SequenceNumber = '' } = await stream.send(new PutRecordCommand(record));
    return SequenceNumber;
  };
  const store = async (index: number, sequenceNumber: string) => {
    const event = at(events, index);
    await Promise.all([table.apply(event, sequenceNumber), bucket.put(toInvoice(event))]);
  };
  return applyLoad(orders, concurrency, async (index) => {
    if (calls === 'stream') await put(index);
    else if (calls === 'table') await table.apply(at(events, index), '1');
    else await store(index, calls === 'all' ? await put(index) : '1');
  });
});

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new RangeError(`no value at ${index}`);
  return value;
}
