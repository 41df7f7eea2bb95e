import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What one function was counted to need; the milliseconds are CPU time of one core of that machine. */
export interface FunctionCounts {
  /** A warm invocation takes `invocationCpuMs`, and `recordCpuMs` more for each order or sale in it. */
  readonly invocationCpuMs: number;
  readonly recordCpuMs: number;
  /** Lines of the platform included, of an invocation. */
  readonly logBytes: number;
  /** Calls of each action, like `dynamodb:UpdateItem`, for each order or sale. */
  readonly callsPerRecord: Readonly<Record<string, number>>;
}

/** What a real run of the local runtime was counted to need for an order. */
export interface Counts {
  readonly countedAt: string;
  /** Whose milliseconds these are. */
  readonly machine: string;
  readonly orders: number;
  readonly sales: number;
  /** An order as a client sends it, its event on the stream with the partition key, its item, its invoice. */
  readonly orderBytes: number;
  readonly eventBytes: number;
  readonly itemBytes: number;
  readonly invoiceBytes: number;
  /** The event of a sale on the stream. */
  readonly saleBytes: number;
  /** What each event more adds to the item that remembers it. */
  readonly itemBytesPerEvent: number;
  /** What an API's caller is answered: for a post, and for each order in it. */
  readonly answerBytes: number;
  readonly answerBytesPerOrder: number;
  readonly functions: Readonly<Record<string, FunctionCounts>>;
}

/** Where the counts lie, in the repository: a bill needs no run. */
export const countsFile = join(import.meta.dirname, 'counts.json');

export const readCounts = (): Counts => JSON.parse(readFileSync(countsFile, 'utf8'));
