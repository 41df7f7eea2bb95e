import { rememberedEvents } from '../lambda/stores/order-table-keys.ts';
import type { Counts } from './counts.ts';
import type { Deployed } from './deployed.ts';
import type { FunctionUsage } from './function-usage.ts';
import { trafficOf } from './traffic.ts';
import type { Usage } from './usage.ts';
import { gigabyte, ordersOf, secondsOf, storedGigabyteMonths, type Workload } from './workload.ts';

/**
 * What each item takes beside its bytes, in the table and in an index, where storage is paid for.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
const storedBesideBytes = 100;

const callsOf = ({ counts }: FunctionUsage, action: RegExp): number =>
  Object.entries(counts.callsPerRecord).reduce((sum, [name, calls]) => (action.test(name) ? sum + calls : sum), 0);

const itemWrites = /^dynamodb:(Put|Update)Item$/;

/**
 * Write request units of one order, on average over all those of its item, which grows by an id and a time with each. A
 * unit is 1 KB; what an index holds is deleted and written anew, since its key is the time of the latest order, and has
 * the ids only where it holds the whole item.
 */
function tableWritesPerOrder(writer: FunctionUsage, workload: Workload, counts: Counts): number {
  const { indexes, wholeIndexes } = writer;
  const first = counts.itemBytes + workload.orderBytes - counts.orderBytes;
  const units = (order: number) =>
    Math.ceil((first + (Math.min(order, rememberedEvents) - 1) * counts.itemBytesPerEvent) / 1_024);
  const ofOrder = (order: number) => {
    const replaced = order > 1 ? 1 : 0;
    const whole = units(order) + replaced * units(order - 1);
    const part = (1 + replaced) * units(1);
    return units(order) + wholeIndexes * whole + (indexes - wholeIndexes) * part;
  };
  const { ordersPerItem } = workload;
  const growing = Math.min(ordersPerItem, rememberedEvents + 1);
  let sum = 0;
  for (let order = 1; order <= growing; order++) sum += ofOrder(order);
  sum += (ordersPerItem - growing) * ofOrder(rememberedEvents + 1);
  return callsOf(writer, itemWrites) * (sum / ordersPerItem);
}

/** Write request units a second; an item that no order makes grow weighs at most one. */
export const tableWritesPerSecond = (writer: FunctionUsage, workload: Workload, counts: Counts): number =>
  writer.ofOrders
    ? tableWritesPerOrder(writer, workload, counts) * workload.ordersPerSecond
    : callsOf(writer, itemWrites) * (1 + writer.indexes) * writer.recordsPerSecond;

export const bucketPutsPerSecond = (functions: readonly FunctionUsage[]): number =>
  functions.reduce((sum, each) => sum + callsOf(each, /^s3:PutObject$/) * each.recordsPerSecond, 0);

/** Firehose takes each record for a multiple of this. */
const deliveredRecordBytes = 5 * 1_024;

/** What DynamoDB, S3 and Firehose are paid for, by what the functions were counted to call. */
export function storeUsages(
  { deliveries, pointInTimeRecovery }: Deployed,
  functions: readonly FunctionUsage[],
  workload: Workload,
  counts: Counts,
): Usage[] {
  const seconds = secondsOf(workload);
  const grown = workload.orderBytes - counts.orderBytes;
  const sum = (of: (each: FunctionUsage) => number) => functions.reduce((total, each) => total + of(each), 0);
  const remembered = (Math.min(workload.ordersPerItem, rememberedEvents) - 1) * counts.itemBytesPerEvent;
  const itemBytes = (counts.itemBytes + storedBesideBytes + grown + remembered) / workload.ordersPerItem;
  const items = (copies: (each: FunctionUsage) => number) =>
    ordersOf(workload) * itemBytes * sum((each) => (each.ofOrders ? callsOf(each, itemWrites) * copies(each) : 0));
  const puts = bucketPutsPerSecond(functions);
  const traffic = Object.values(trafficOf(workload, counts));
  const bytesPerSecond = (unit: number) =>
    traffic.reduce((total, { perSecond, bytes }) => total + perSecond * Math.ceil(bytes / unit) * unit, 0);
  const archived = deliveries.reduce(
    (total, { bufferSeconds, bufferMiB }) =>
      total + Math.max(1 / bufferSeconds, bytesPerSecond(1) / (bufferMiB * 2 ** 20)),
    0,
  );
  const objectBytes = puts * (counts.invoiceBytes + grown) + deliveries.length * bytesPerSecond(1);
  const delivered = deliveries.length * bytesPerSecond(deliveredRecordBytes);
  return [
    {
      price: 'tableWrites',
      quantity: seconds * sum((each) => tableWritesPerSecond(each, workload, counts)),
      what: 'tables and indexes',
    },
    {
      price: 'tableStorage',
      quantity: storedGigabyteMonths(
        items(({ indexes }) => 1 + indexes),
        workload,
      ),
      what: 'new items',
    },
    {
      price: 'tableRecovery',
      quantity: pointInTimeRecovery
        ? storedGigabyteMonths(
            items(() => 1),
            workload,
          )
        : 0,
      what: 'new items, without indexes',
    },
    { price: 'bucketPuts', quantity: seconds * (puts + archived), what: 'invoices, archive' },
    {
      price: 'bucketStorage',
      quantity: storedGigabyteMonths(seconds * objectBytes, workload),
      what: 'new objects, as if not compressed',
    },
    {
      price: 'deliveredBytes',
      quantity: (seconds * delivered) / gigabyte,
      what: `${deliveries.length} delivery streams`,
    },
  ];
}
