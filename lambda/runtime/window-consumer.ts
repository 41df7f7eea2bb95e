import type { KinesisStreamBatchResponse, KinesisStreamRecord } from 'aws-lambda';
import { type EventType, eventReader, type Happened } from '../../domain/event.ts';
import { parseRecord } from './kinesis-consumer.ts';
import { log } from './logging.ts';

/** What Lambda hands out of a tumbling window: records, and what the invocation before answered. */
export interface WindowBatch {
  readonly Records: readonly KinesisStreamRecord[];
  /** ISO 8601, whole seconds, UTC; by the arrival of the records. */
  readonly window: { readonly start: string; readonly end: string };
  /** `{}` as the window opens. */
  readonly state?: object;
  readonly shardId: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

export interface WindowAnswer extends KinesisStreamBatchResponse {
  readonly state: object;
}

/** Where a record lies, and when the stream took it: milliseconds since the epoch. */
export interface Arrival {
  readonly sequenceNumber: string;
  readonly arrivedAtMs: number;
}

/** What a window's records come to. */
export interface Fold<Event> {
  /** Takes one event in, or throws before it has changed anything. */
  add(event: Event, arrival: Arrival): void;
  /** JSON that the next invocation goes on from; Lambda ends a window whose state outgrows 1 MB. */
  readonly state: object;
}

/**
 * Tumbling window of a shard -> `open` with the state so far -> `add`, once a record, in order -> `conclude` as the
 * window ends, or the part of it up to now where its state has grown too large. Answers with a state always, which
 * Lambda demands (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html).
 *
 * A batch is taken in as a whole or not at all, for nobody says what becomes of the state of one that was reported as
 * half done: with a record that fails it throws, so that Lambda halves the batch, and a record alone is reported. The
 * last invocation fails for no record, since the shard would wait for it for ever: one that fails there is left out and
 * logged; check-event sets aside what nobody understands, whichever batch it was in.
 */
export function windowConsumer<Definition extends EventType, F extends Fold<Happened<Definition>>>(
  definitions: readonly Definition[],
  open: (state: object) => F,
  conclude: (fold: F, batch: WindowBatch) => Promise<void>,
): (batch: WindowBatch) => Promise<WindowAnswer> {
  const readEvent = eventReader(definitions);
  return async (batch) => {
    const { Records: records, state = {} } = batch;
    const ends = batch.isFinalInvokeForWindow || batch.isWindowTerminatedEarly;
    const fold = open(state);
    const failures: unknown[] = [];
    for (const { kinesis, eventID } of records) {
      try {
        fold.add(readEvent(parseRecord(kinesis.data)), {
          sequenceNumber: kinesis.sequenceNumber,
          arrivedAtMs: Math.round(kinesis.approximateArrivalTimestamp * 1_000),
        });
      } catch (error) {
        failures.push(error);
        log.error('record failed', { eventID, partitionKey: kinesis.partitionKey, error });
      }
    }
    if (failures.length > 0 && !ends) {
      const [record, ...others] = records;
      if (others.length > 0) throw new Error('a record of several failed: halve the batch', { cause: failures[0] });
      return { state, batchItemFailures: [{ itemIdentifier: record?.kinesis.sequenceNumber ?? '' }] };
    }
    if (!ends) return { state: fold.state, batchItemFailures: [] };
    await conclude(fold, batch);
    const { shardId, window, isWindowTerminatedEarly: early } = batch;
    log.info('window concluded', { shardId, window: window.start, early, failures: failures.length });
    return { state: {}, batchItemFailures: [] };
  };
}
