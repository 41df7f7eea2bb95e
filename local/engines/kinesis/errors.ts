/** An error that Kinesis answers, by the name that AWS gives it. */
export class KinesisError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}

export const invalidArgument = (message: string): KinesisError => new KinesisError('InvalidArgumentException', message);
export const inUse = (message: string): KinesisError => new KinesisError('ResourceInUseException', message);
export const limitExceeded = (message: string): KinesisError => new KinesisError('LimitExceededException', message);
export const notFound = (message: string): KinesisError => new KinesisError('ResourceNotFoundException', message);
export const serialization = (message: string): KinesisError => new KinesisError('SerializationException', message);
export const validation = (message: string): KinesisError => new KinesisError('ValidationException', message);

/** Several constraints of the input that do not hold, as AWS lists them. */
export const constraintErrors = (faults: readonly string[]): KinesisError =>
  validation(`${faults.length} validation error${faults.length > 1 ? 's' : ''} detected: ${faults.join('; ')}`);
