import type {
  FirehoseTransformationEvent,
  FirehoseTransformationResult,
  FirehoseTransformationResultRecord,
} from 'aws-lambda';
import { log } from '../runtime/logging.ts';
import type { ArchivedRecord } from '../stores/archived-record.ts';

/**
 * Firehose -> archive-event -> Firehose: each record of the stream, whatever it holds, becomes one line with its place
 * on the stream; only here is that told (https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html). A
 * record that comes from no stream is `ProcessingFailed`, which Firehose keeps under the error prefix.
 */
export const archiveEvent =
  () =>
  async ({ records }: FirehoseTransformationEvent): Promise<FirehoseTransformationResult> => {
    const results = records.map(({ recordId, data, kinesisRecordMetadata }): FirehoseTransformationResultRecord => {
      if (!kinesisRecordMetadata) return { recordId, result: 'ProcessingFailed', data };
      const { partitionKey, sequenceNumber, shardId, approximateArrivalTimestamp: arrivedAt } = kinesisRecordMetadata;
      const line = JSON.stringify({ partitionKey, sequenceNumber, shardId, arrivedAt, data } satisfies ArchivedRecord);
      return { recordId, result: 'Ok', data: Buffer.from(`${line}\n`).toString('base64') };
    });
    const failures = results.filter(({ result }) => result !== 'Ok').map(({ recordId }) => recordId);
    if (failures.length > 0) log.error('records of no stream', { recordIds: failures });
    return { records: results };
  };
