import type { Counts } from './counts.ts';
import type { Deployed, DeployedReader } from './deployed.ts';
import type { Workload } from './workload.ts';

/** Events of some types on the stream. */
export interface Traffic {
  readonly perSecond: number;
  /** Of one, on average, with its partition key. */
  readonly bytes: number;
}

/** What a workload puts on the stream, by type. */
export const trafficOf = (workload: Workload, counts: Counts): Readonly<Record<string, Traffic>> => ({
  OrderPlaced: {
    perSecond: workload.ordersPerSecond,
    bytes: counts.eventBytes + workload.orderBytes - counts.orderBytes,
  },
  SaleRecorded: { perSecond: workload.salesPerSecond, bytes: counts.saleBytes },
});

/** The traffic that a reader's filter lets through; all of it where it has none. */
export function trafficFor(reader: Pick<DeployedReader, 'eventTypes'>, workload: Workload, counts: Counts): Traffic {
  const through = Object.entries(trafficOf(workload, counts)).flatMap(([type, traffic]) =>
    (reader.eventTypes?.includes(type) ?? true) ? [traffic] : [],
  );
  const perSecond = through.reduce((sum, each) => sum + each.perSecond, 0);
  const bytesPerSecond = through.reduce((sum, each) => sum + each.perSecond * each.bytes, 0);
  return { perSecond, bytes: perSecond === 0 ? 0 : bytesPerSecond / perSecond };
}

/** Whether a reader's filter lets orders through. */
export const takesOrders = ({ eventTypes }: Pick<DeployedReader, 'eventTypes'>): boolean =>
  eventTypes?.includes('OrderPlaced') ?? true;

/** The readers that the workload wakes. */
export const readersAtWork = (deployed: Deployed, workload: Workload, counts: Counts): readonly DeployedReader[] =>
  deployed.readers.filter((reader) => trafficFor(reader, workload, counts).perSecond > 0);
