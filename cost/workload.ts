import type { Region } from './prices.ts';

/** What is to be paid for: orders, all of one size, and sales, evenly spread over the days. */
export interface Workload {
  readonly ordersPerSecond: number;
  /** Sales of stores, by the bus. */
  readonly salesPerSecond: number;
  /** An order as a client sends it, in JSON. */
  readonly orderBytes: number;
  readonly ordersPerPost: number;
  /** How many orders each account and vendor has had by the end. */
  readonly ordersPerItem: number;
  readonly days: number;
  readonly region: Region;
}

/** A stream pays by its shards, or by its bytes. */
export type StreamMode = 'provisioned' | 'onDemand';

export const secondsOf = ({ days }: Workload): number => days * 86_400;
export const hoursOf = ({ days }: Workload): number => days * 24;
export const ordersOf = (workload: Workload): number => workload.ordersPerSecond * secondsOf(workload);

/** AWS's GB. */
export const gigabyte = 2 ** 30;
/** What AWS takes for a month where it prices one. */
export const hoursPerMonth = 730;

/** GB-months of bytes that come evenly: each is kept for half of the time on average. */
export const storedGigabyteMonths = (bytes: number, workload: Workload): number =>
  (bytes / gigabyte / 2) * (hoursOf(workload) / hoursPerMonth);
