import { type JsonObject, ServiceError, validationError } from '../json-service.ts';
import { bytesOf } from './source-record.ts';
import { isBase64 } from './transformation.ts';

const mostRecords = 500;
const largestRecordBytes = 1_024_000;
const largestRequestBytes = 4 * 1_048_576;

/**
 * Reads the records of a `PutRecordBatch`: their data, as base64.
 *
 * @throws ServiceError where the request breaks a limit.
 * @see https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
 */
export const readRecords = ({ Records: records }: JsonObject): string[] => {
  if (!Array.isArray(records)) throw constraint('records', 'Member must not be null');
  if (records.length === 0) throw constraint('records', 'Member must have length greater than or equal to 1');
  if (records.length > mostRecords)
    throw constraint('records', `Member must have length less than or equal to ${mostRecords}`);
  const data = records.map((record, index) => dataOf(record, `records.${index + 1}.member.data`));
  if (data.reduce((sum, each) => sum + bytesOf(each), 0) > largestRequestBytes)
    throw new ServiceError('InvalidArgumentException', 'Records size exceeds 4 MB limit');
  return data;
};

/** Reads the record of a `PutRecord`. */
export const readRecord = ({ Record: record }: JsonObject): string => dataOf(record, 'record.data');

const dataOf = (record: unknown, path: string): string => {
  const { Data: data } = (record ?? {}) as { Data?: unknown };
  if (data === undefined || data === null) throw constraint(path, 'Member must not be null');
  if (typeof data !== 'string' || !isBase64(data))
    throw new ServiceError('SerializationException', `${path} is not base64.`);
  if (bytesOf(data) > largestRecordBytes)
    throw constraint(path, `Member must have length less than or equal to ${largestRecordBytes}`);
  return data;
};

const constraint = (path: string, rule: string): ServiceError =>
  validationError(`1 validation error detected: Value at '${path}' failed to satisfy constraint: ${rule}`);
