import { isUtf8 } from 'node:buffer';
import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { type EventType, eventReader, type Happened, UnreadableEvent } from '../../domain/event.ts';
import { batchResponse } from './batch-response.ts';
import { log } from './logging.ts';

/** At most this many partition keys of a batch are worked on at a time: as many calls as a client has connections. */
export const maxConcurrentKeys = 64;

/** The records of one partition key, as their places in the batch, oldest first. */
type Lane = number[];

/**
 * Kinesis batch -> `apply`, once a record, in the order of each partition key, different keys side by side. Once a key
 * has failed nothing later of it is tried. Answers as `batchResponse` says.
 */
export function kinesisConsumer<Definition extends EventType>(
  definitions: readonly Definition[],
  apply: (event: Happened<Definition>, sequenceNumber: string) => Promise<void> | void,
): (batch: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse> {
  const readEvent = eventReader(definitions);
  return async ({ Records: records }) => {
    const failures = new Map<number, unknown>();
    const lanes = lanesOf(records);
    const work = async () => {
      for (let lane = lanes.next(); !lane.done; lane = lanes.next()) {
        for (const place of lane.value) {
          const { kinesis } = records[place] as KinesisStreamRecord;
          try {
            const applied = apply(readEvent(parseRecord(kinesis.data)), kinesis.sequenceNumber);
            if (applied) await applied;
          } catch (error) {
            failures.set(place, error);
            break;
          }
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(maxConcurrentKeys, records.length) }, work));
    return report(records, failures);
  };
}

function lanesOf(records: readonly KinesisStreamRecord[]): MapIterator<Lane> {
  const lanes = new Map<string, Lane>();
  records.forEach(({ kinesis: { partitionKey } }, place) => {
    const lane = lanes.get(partitionKey);
    if (lane) lane.push(place);
    else lanes.set(partitionKey, [place]);
  });
  return lanes.values();
}

/** The JSON in a record's data; throws `UnreadableEvent` where there is none. */
export function parseRecord(base64: string): unknown {
  const bytes = Buffer.from(base64, 'base64');
  if (!isUtf8(bytes)) throw new UnreadableEvent('not-json', 'not UTF-8');
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw new UnreadableEvent('not-json', (cause as Error).message);
  }
}

function report(records: readonly KinesisStreamRecord[], failures: ReadonlyMap<number, unknown>) {
  for (const [place, error] of failures) {
    const { kinesis, eventID } = records[place] as KinesisStreamRecord;
    log.error('record failed', { eventID, partitionKey: kinesis.partitionKey, error });
  }
  log.info('batch consumed', { records: records.length, failures: failures.size });
  return batchResponse(
    records.map(({ kinesis }) => kinesis.sequenceNumber),
    failures,
  );
}
