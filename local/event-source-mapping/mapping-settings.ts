/** Why Lambda gives a batch up. */
export type Condition = 'RetryAttemptsExhausted' | 'RecordAgeExceeded';

/**
 * The parameters of one event source mapping, defaults filled in.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html
 */
export interface MappingSettings {
  readonly batchSize: number;
  readonly maximumBatchingWindowSeconds: number;
  readonly parallelizationFactor: number;
  /** -1: until the record is too old. */
  readonly maximumRetryAttempts: number;
  /** -1: as old as its stream lets it become. */
  readonly maximumRecordAgeSeconds: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** 0: no windows. */
  readonly tumblingWindowSeconds: number;
  readonly startingPosition: StartingPosition;
  /** Event patterns, alternatives of each other; none: every record. */
  readonly filters: readonly string[];
  /** ARN of an S3 bucket or an SQS queue. */
  readonly onFailure?: string;
}

/** Where a mapping without a checkpoint starts to read. */
export type StartingPosition =
  | { readonly type: 'TRIM_HORIZON' | 'LATEST' }
  | { readonly type: 'AT_TIMESTAMP'; readonly timestampMs: number };
