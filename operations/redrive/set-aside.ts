import { describeData } from '../events/selection.ts';

/** A record of a batch that a mapping gave up. */
export interface SetAsideRecord {
  readonly sequenceNumber: string;
  /**
   * Records of one key keep their order. Of a DynamoDB stream all are of one: what orders its items
   * is the function's affair.
   */
  readonly key: string;
  /** `OrderPlaced of a1/v1`, or what else there is to say. */
  readonly what: string;
  /** As the function gets it. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** An earlier redrive of it succeeded. */
  readonly done: boolean;
}

/** What lies under one key of the on-failure bucket. */
export interface SetAside {
  /** Short, and no other's of those that lie there. */
  readonly id: string;
  readonly objectKey: string;
  readonly functionName: string;
  /** Why it was given up, and after how many tries: `RetryAttemptsExhausted after 6 tries`. */
  readonly cause: string;
  /** When it was given up: milliseconds since the epoch. */
  readonly atMs: number;
  /** The event as it was sent, or as it was edited since. */
  readonly event: Readonly<Record<string, unknown>>;
  readonly records: readonly SetAsideRecord[];
  readonly edited: boolean;
}

/** What is kept of an object beside it. */
export interface Marks {
  /** The event that is sent in the place of the original. */
  readonly edited?: string;
  /** The sequence numbers that are done. */
  readonly done: readonly string[];
}

/** An object that no mapping wrote, or that can't be read; the message says why. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

interface InvocationRecord {
  readonly requestContext: {
    readonly functionArn: string;
    readonly condition: string;
    readonly approximateInvokeCount: number;
  };
  readonly timestamp: string;
  /** A JSON string as Lambda's guide says; taken as an object too. */
  readonly payload: string | object;
}

/** Reads an object of the on-failure bucket. @throws Unreadable */
export function readSetAside(id: string, objectKey: string, body: string, marks: Marks): SetAside {
  const record = parse(body, 'the object') as unknown as Partial<InvocationRecord>;
  const { requestContext: context, timestamp = '', payload } = record;
  const functionName = context?.functionArn?.split(':')[6];
  if (!context || !functionName) throw new Unreadable('it names no function');
  if (payload === undefined) throw new Unreadable('it has no payload');
  const original = typeof payload === 'string' ? parse(payload, 'the payload') : (payload as SetAside['event']);
  const event = marks.edited === undefined ? original : parse(marks.edited, 'the edited payload');
  const tries = context.approximateInvokeCount;
  return {
    id,
    objectKey,
    functionName,
    cause: `${context.condition} after ${tries} ${tries === 1 ? 'try' : 'tries'}`,
    atMs: Date.parse(timestamp),
    event,
    records: recordsOf(event, new Set(marks.done)),
    edited: marks.edited !== undefined,
  };
}

/** The records of an event of Kinesis or of a DynamoDB stream. @throws Unreadable */
export function recordsOf(event: SetAside['event'], done: ReadonlySet<string> = new Set()): SetAsideRecord[] {
  const { Records: records } = event;
  if (!Array.isArray(records) || records.length === 0) throw new Unreadable('its payload has no records');
  return records.map((raw) => {
    const { kinesis, dynamodb } = (raw ?? {}) as { kinesis?: KinesisPart; dynamodb?: DynamoDbPart };
    const sequenceNumber = kinesis?.sequenceNumber ?? dynamodb?.SequenceNumber ?? '';
    if (!/^\d+$/.test(sequenceNumber))
      throw new Unreadable('a record of its payload is of neither Kinesis nor DynamoDB');
    return {
      sequenceNumber,
      key: kinesis?.partitionKey ?? '',
      what: kinesis ? whatIsIn(kinesis) : `${raw.eventName} of ${keysOf(dynamodb?.Keys)}`,
      raw,
      done: done.has(sequenceNumber),
    };
  });
}

/** Since the function's state is gone with its window, it can't be told what to add a record to. */
export const isOfWindow = ({ event }: SetAside): boolean => 'window' in event;

interface KinesisPart {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: string;
}

interface DynamoDbPart {
  readonly SequenceNumber: string;
  readonly Keys?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const whatIsIn = ({ data, partitionKey }: KinesisPart): string => {
  const { type, subject } = describeData(data);
  return `${type || 'no event'} of ${subject || partitionKey}`;
};

const keysOf = (keys: DynamoDbPart['Keys'] = {}): string =>
  Object.values(keys)
    .flatMap((value) => Object.values(value))
    .join('/');

const parse = (text: string, what: string): Readonly<Record<string, unknown>> => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {}
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new Unreadable(`${what} is no JSON object`);
};
