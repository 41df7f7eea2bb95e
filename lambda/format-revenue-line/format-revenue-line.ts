import { isUtf8 } from 'node:buffer';
import type {
  FirehoseTransformationEvent,
  FirehoseTransformationResult,
  FirehoseTransformationResultRecord,
} from 'aws-lambda';
import { log } from '../runtime/logging.ts';

/**
 * Firehose -> format-revenue-line -> Firehose: each line gets its line break, for Firehose puts none between records.
 * One that is no single JSON object is `ProcessingFailed`, which Firehose keeps under the error prefix, and costs its
 * neighbours nothing (https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html).
 */
export const formatRevenueLine =
  () =>
  async ({ records }: FirehoseTransformationEvent): Promise<FirehoseTransformationResult> => {
    const results = records.map(({ recordId, data }): FirehoseTransformationResultRecord => {
      const line = lineOf(Buffer.from(data, 'base64'));
      if (line === undefined) return { recordId, result: 'ProcessingFailed', data };
      return { recordId, result: 'Ok', data: Buffer.from(line).toString('base64') };
    });
    const failures = results.filter(({ result }) => result !== 'Ok').map(({ recordId }) => recordId);
    if (failures.length > 0) log.error('lines not understood', { recordIds: failures });
    return { records: results };
  };

/**
 * The object on one line, its line break included, and otherwise as it came: a line break stands between tokens only.
 */
function lineOf(bytes: Buffer): string | undefined {
  if (!isUtf8(bytes)) return undefined;
  const text = bytes.toString();
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? `${text.trim().replace(/[\r\n]+/g, ' ')}\n` : undefined;
  } catch {
    return undefined;
  }
}
