import type { SourceRecord } from './source-record.ts';

/** What became of a record. */
export type Transformed =
  | { readonly kind: 'ok'; readonly data: Buffer }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'failed'; readonly failure: TransformationFailure };

export interface TransformationFailure {
  /** As in an error record: `Lambda.FunctionError`. */
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** Of which stream the records are. */
export interface TransformationContext {
  readonly deliveryStreamArn: string;
  readonly sourceKinesisStreamArn?: string | undefined;
  readonly region: string;
}

/**
 * The event of a transformation.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html
 */
export const transformationEvent = (
  invocationId: string,
  { deliveryStreamArn, sourceKinesisStreamArn, region }: TransformationContext,
  records: readonly SourceRecord[],
): string =>
  JSON.stringify({
    invocationId,
    deliveryStreamArn,
    ...(sourceKinesisStreamArn !== undefined && { sourceKinesisStreamArn }),
    region,
    records: records.map(({ recordId, arrivedAtMs, data, kinesisRecordMetadata }) => ({
      recordId,
      approximateArrivalTimestamp: arrivedAtMs,
      data,
      ...(kinesisRecordMetadata && { kinesisRecordMetadata }),
    })),
  });

/**
 * Reads the response: what became of each record, in the order of the request. A record whose id is missing, stands
 * twice, or has no valid result fails alone; an id that was not asked for is passed over.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-status-model.html
 */
export const readTransformation = (payload: string, records: readonly SourceRecord[]): Transformed[] => {
  const results = resultsOf(payload);
  if (!results) return records.map(() => failed(unreadable));
  const byId = Map.groupBy(results, (result) => (result as { recordId?: unknown } | null)?.recordId);
  return records.map(({ recordId }) => {
    const [result, ...more] = byId.get(recordId) ?? [];
    if (result === undefined) return failed(missingId);
    return more.length > 0 ? failed(duplicatedId) : read(result as Result);
  });
};

interface Result {
  readonly result?: unknown;
  readonly data?: unknown;
}

const read = ({ result, data }: Result): Transformed => {
  switch (result) {
    case 'Dropped':
      return { kind: 'dropped' };
    case 'ProcessingFailed':
      return failed(processingFailed);
    case 'Ok': {
      if (typeof data !== 'string' || !isBase64(data)) return failed(notBase64);
      return { kind: 'ok', data: Buffer.from(data, 'base64') };
    }
    default:
      return failed(unreadable);
  }
};

const failed = (failure: TransformationFailure): Transformed => ({ kind: 'failed', failure });

const resultsOf = (payload: string): readonly unknown[] | undefined => {
  const response: unknown = JSON.parse(payload);
  const { records } = (response ?? {}) as { records?: unknown };
  return Array.isArray(records) ? records : undefined;
};

/** Only a text that says the same bytes when it is written anew. */
export const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

const unreadable: TransformationFailure = {
  errorCode: 'Lambda.JsonProcessingException',
  errorMessage:
    'There was an error parsing returned records from the Lambda function. Ensure that the returned records follow the status model required by Firehose.',
};
const missingId: TransformationFailure = {
  errorCode: 'Lambda.MissingRecordId',
  errorMessage: 'The record ID of the record is missing in what the Lambda function returned.',
};
const duplicatedId: TransformationFailure = {
  errorCode: 'Lambda.DuplicatedRecordId',
  errorMessage: 'Multiple records with the same record ID were returned.',
};
const processingFailed: TransformationFailure = {
  errorCode: 'Lambda.ProcessingFailedStatus',
  errorMessage: 'ProcessingFailed status set for record, indicating that the specified record could not be processed.',
};
const notBase64: TransformationFailure = {
  errorCode: 'Lambda.JsonMappingException',
  errorMessage:
    'There was an error parsing returned records from the Lambda function. Ensure that data field is base-64 encoded.',
};
