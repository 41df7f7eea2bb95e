/** What SQS answers to a call that it refuses. */
export class SqsError extends Error {
  readonly code: string;
  readonly status: number;
  /** The name of the error in the older protocol, if it is another one. */
  readonly queryCode: string;

  constructor(code: string, message: string, { status = 400, queryCode = code } = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.queryCode = queryCode;
  }
}

/** In SQS's words. https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
export const noSuchQueue = () =>
  new SqsError('QueueDoesNotExist', 'The specified queue does not exist.', {
    queryCode: 'NonExistentQueue',
  });
export const invalidParameter = (message: string) => new SqsError('InvalidParameterValue', message);
export const missingParameter = (name: string) =>
  new SqsError('MissingParameter', `The request must contain the parameter ${name}.`);
