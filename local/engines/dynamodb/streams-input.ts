/** The parameters of a call, as they came: any JSON object. */
export type StreamsInput = Readonly<Record<string, unknown>>;

/** What the service refuses, by AWS's name of it. */
export class StreamsError extends Error {
  readonly type: string;

  constructor(type: keyof typeof namespaces, message: string) {
    super(message);
    this.type = `${namespaces[type]}#${type}`;
  }
}

const service = 'com.amazonaws.dynamodb.v20120810';
const namespaces = {
  ResourceNotFoundException: service,
  TrimmedDataAccessException: service,
  ExpiredIteratorException: service,
  ValidationException: 'com.amazon.coral.validate',
  SerializationException: 'com.amazon.coral.service',
  UnknownOperationException: 'com.amazon.coral.service',
  MissingAuthenticationTokenException: 'com.amazon.coral.service',
};

/** The text under a name; undefined where there is none and none is required. */
export function textIn(input: StreamsInput, name: string, required: true): string;
export function textIn(input: StreamsInput, name: string): string | undefined;
export function textIn(input: StreamsInput, name: string, required = false): string | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined && required) throw unsatisfied('null', name, 'Member must not be null');
  if (value !== undefined && typeof value !== 'string')
    throw new StreamsError('SerializationException', `${name}: a string is needed`);
  return value;
}

/** The whole number under `Limit`, from 1 to `most`, which it is where none is given. */
export const limitIn = ({ Limit: value }: StreamsInput, most: number): number => {
  if (value === undefined || value === null) return most;
  if (typeof value !== 'number' || !Number.isInteger(value))
    throw new StreamsError('SerializationException', 'Limit: a whole number is needed');
  if (value < 1) throw unsatisfied(`'${value}'`, 'Limit', 'Member must have value greater than or equal to 1');
  if (value > most) throw unsatisfied(`'${value}'`, 'Limit', `Member must have value less than or equal to ${most}`);
  return value;
};

/** The refusal of a value, in AWS's words. */
export const unsatisfied = (value: string, name: string, constraint: string): StreamsError =>
  new StreamsError(
    'ValidationException',
    `1 validation error detected: Value ${value} at '${name.charAt(0).toLowerCase()}${name.slice(1)}' failed to satisfy constraint: ${constraint}`,
  );
