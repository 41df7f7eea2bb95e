/** What SQS answers to a call that it refuses. */
export class SqsError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }

  /** The name of the error in the older protocol, which the SDKs show where the error has no class of its own. */
  get queryCode(): string {
    return queryCodes[this.code] ?? this.code;
  }
}

const queryCodes: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  QueueNameExists: 'QueueAlreadyExists',
  ...Object.fromEntries(
    [
      'BatchEntryIdsNotDistinct',
      'BatchRequestTooLong',
      'EmptyBatchRequest',
      'InvalidBatchEntryId',
      'MessageNotInflight',
      'TooManyEntriesInBatchRequest',
      'UnsupportedOperation',
    ].map((code) => [code, `AWS.SimpleQueueService.${code}`]),
  ),
};

/** In SQS's words. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
export const noSuchQueue = () => new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
export const invalidParameter = (message: string) => new SqsError('InvalidParameterValue', message);
export const missingParameter = (name: string) =>
  new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
/** For a parameter that only queues of the other type take. */
export const notOfThisType = (name: string, value: unknown) =>
  invalidParameter(
    `Value ${value} for parameter ${name} is invalid. Reason: The request include parameter that is not valid for this queue type.`,
  );
export const receiptExpired = (handle: string) =>
  invalidParameter(`Value ${handle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`);
