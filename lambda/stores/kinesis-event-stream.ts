import {
  type KinesisClient,
  PutRecordCommand,
  PutRecordsCommand,
  type PutRecordsResultEntry,
} from '@aws-sdk/client-kinesis';
import type { EventStream, OutgoingRecord, PutOutcome } from '../runtime/event-stream.ts';

// https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
const maxRecordsPerCall = 500;
const maxBytesPerCall = 5 * 1024 * 1024;

/** A Kinesis stream that events are put on. */
export class KinesisEventStream implements EventStream {
  readonly #kinesis: KinesisClient;
  readonly #stream: string;

  constructor(kinesis: KinesisClient, stream: string) {
    this.#kinesis = kinesis;
    this.#stream = stream;
  }

  async put(record: OutgoingRecord, after?: string, deadline?: AbortSignal): Promise<PutOutcome> {
    try {
      const { ShardId, SequenceNumber } = await this.#kinesis.send(
        new PutRecordCommand({
          StreamName: this.#stream,
          PartitionKey: record.partitionKey,
          Data: record.data,
          SequenceNumberForOrdering: after,
        }),
        until(deadline),
      );
      return { shardId: String(ShardId), sequenceNumber: String(SequenceNumber) };
    } catch (error) {
      return outcomeOf(error);
    }
  }

  async putAll(records: readonly OutgoingRecord[], deadline?: AbortSignal): Promise<PutOutcome[]> {
    return (await Promise.all(calls(records).map((call) => this.#putCall(call, deadline)))).flat();
  }

  async #putCall(records: readonly OutgoingRecord[], deadline?: AbortSignal): Promise<PutOutcome[]> {
    try {
      const { Records = [] } = await this.#kinesis.send(
        new PutRecordsCommand({
          StreamName: this.#stream,
          Records: records.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data })),
        }),
        until(deadline),
      );
      return records.map((_, place) => outcomeOfEntry(Records[place]));
    } catch (error) {
      return records.map(() => outcomeOf(error));
    }
  }
}

/**
 * The SDK's options for a call that ends at the deadline; none where there is none, for with any it
 * prepares each call anew.
 */
const until = (deadline?: AbortSignal) => deadline && { abortSignal: deadline };

/** Cuts records into as few calls as Kinesis' limits allow. */
function calls(records: readonly OutgoingRecord[]): OutgoingRecord[][] {
  const all: OutgoingRecord[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const size = record.data.length + record.partitionKey.length;
    const call = all.at(-1);
    if (call && call.length < maxRecordsPerCall && bytes + size <= maxBytesPerCall) call.push(record);
    else all.push([record]);
    bytes = all.at(-1) === call ? bytes + size : size;
  }
  return all;
}

function outcomeOfEntry(entry: PutRecordsResultEntry | undefined): PutOutcome {
  if (entry?.SequenceNumber && entry.ShardId) return { shardId: entry.ShardId, sequenceNumber: entry.SequenceNumber };
  if (entry?.ErrorCode === 'ProvisionedThroughputExceededException') return { failure: 'throttled' };
  return { failure: 'unavailable', error: new Error(`${entry?.ErrorCode}: ${entry?.ErrorMessage}`) };
}

const throttling = new Set([
  'ProvisionedThroughputExceededException',
  'KMSThrottlingException',
  'LimitExceededException',
  'ThrottlingException',
]);

/** Throws what sending again will not mend, such as a stream that is not there. */
function outcomeOf(error: unknown): PutOutcome {
  const { name, code, $fault } = error as { name?: string; code?: unknown; $fault?: 'client' | 'server' };
  if (throttling.has(name ?? '')) return { failure: 'throttled', error };
  if ($fault === 'server') return { failure: 'unavailable', error };
  // The connection was never made, broke, or stayed silent for too long; or the deadline came first.
  if (name === 'TimeoutError' || name === 'AbortError' || (typeof code === 'string' && /^E[A-Z_]+$/.test(code)))
    return { failure: 'timed-out', error };
  throw error;
}
