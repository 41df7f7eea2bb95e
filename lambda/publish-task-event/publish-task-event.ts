import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { appendInOrder } from '../runtime/append-in-order.ts';
import { type BatchResponse, batchResponse } from '../runtime/batch-response.ts';
import type { EventStream, OutgoingRecord } from '../runtime/event-stream.ts';
import { log } from '../runtime/logging.ts';
import { fromAttribute } from '../stores/attribute-value.ts';

/**
 * DynamoDB stream of the event log -> the event stream, at least once, in the order of each task: once an event was not
 * taken, nothing later of its task is sent, and the other tasks go on. Answers with the DynamoDB stream's sequence
 * number of the first that was not taken; Lambda delivers from there again, what others had behind it too.
 *
 * Nothing in the log is left out: what is no event goes to the stream as it is, where check-event sets it aside.
 */
export const publishTaskEvent =
  (stream: EventStream, backoffMs?: number) =>
  async ({ Records: records }: DynamoDBStreamEvent): Promise<BatchResponse> => {
    const outcomes = await appendInOrder(stream, records.map(toRecord), { backoffMs });
    const failures = new Map<number, unknown>();
    for (const [place, outcome] of outcomes.entries()) {
      if (!('failure' in outcome)) continue;
      failures.set(place, outcome.error ?? outcome.failure);
      if (outcome.failure === 'predecessor-failed') continue;
      const { eventID, dynamodb } = records[place] as DynamoDBRecord;
      log.error('event not published', {
        eventID,
        keys: dynamodb?.Keys,
        reason: outcome.failure,
        error: outcome.error,
      });
    }
    log.info('batch published', { records: records.length, failures: failures.size });
    return batchResponse(
      records.map(({ dynamodb }) => dynamodb?.SequenceNumber ?? ''),
      failures,
    );
  };

function toRecord({ dynamodb = {} }: DynamoDBRecord): OutgoingRecord {
  const { Keys: keys = {}, NewImage: item = {} } = dynamodb as ItemChange;
  // One text for one event, so that what is published twice is equal.
  const event = canonicalJson(fromAttribute(item.event ?? { M: item }));
  return { partitionKey: keys.aggregate?.S ?? '', data: Buffer.from(event) };
}

interface ItemChange {
  readonly Keys?: Record<string, AttributeValue>;
  readonly NewImage?: Record<string, AttributeValue>;
}
