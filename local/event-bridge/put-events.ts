import { type JsonObject, ServiceError, validationError } from '../json-service.ts';
import { type BusEvent, type Envelope, wholeSeconds } from './bus-event.ts';

/** An entry that was taken. */
export interface TakenEntry extends BusEvent {
  readonly envelope: Envelope;
  /** The bus by the name or ARN that the entry gives; `default` where it gives none. */
  readonly bus: string;
}

/** An entry that was refused; the others of its request are not. */
export interface RefusedEntry {
  readonly ErrorCode: string;
  readonly ErrorMessage: string;
}

/** Where and when entries are taken. */
export interface Taking {
  readonly region: string;
  readonly accountId: string;
  readonly nowMs: number;
  newId(): string;
}

const mostEntries = 10;
const limitBytes = 1_048_576;
const longestDetailType = 128;

interface Entry {
  readonly Time?: number;
  readonly Source?: string;
  readonly Resources?: readonly string[];
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly EventBusName?: string;
}

/**
 * Reads a `PutEvents` request: each entry is taken or refused on its own, in the order of the request.
 *
 * @throws ServiceError where the request as a whole can't be taken.
 * @see https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export const readPutEvents = (input: JsonObject, taking: Taking): (TakenEntry | RefusedEntry)[] => {
  if (input.EndpointId !== undefined) throw validationError('EndpointId: global endpoints are not run here');
  const entries = entriesOf(input.Entries);
  const bytes = entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
  if (bytes > limitBytes) throw validationError('Total size of the entries in the request is over the limit.');
  return entries.map((entry) => take(entry, taking));
};

const entriesOf = (value: unknown): readonly Entry[] => {
  if (value === undefined || value === null) throw constraint('null', 'Member must not be null');
  if (!Array.isArray(value)) throw new ServiceError('SerializationException', 'Entries is not a list.');
  if (value.length === 0) throw constraint("'[]'", 'Member must have length greater than or equal to 1');
  if (value.length > mostEntries)
    throw constraint(`'[${value.length} entries]'`, `Member must have length less than or equal to ${mostEntries}`);
  for (const [index, entry] of value.entries()) {
    const fault = findTypeFault(entry);
    if (fault) throw new ServiceError('SerializationException', `Entries[${index}]${fault}`);
  }
  return value;
};

const constraint = (value: string, rule: string): ServiceError =>
  validationError(`1 validation error detected: Value ${value} at 'entries' failed to satisfy constraint: ${rule}`);

const findTypeFault = (entry: unknown): string | undefined => {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return ' is not an object.';
  const { Time, Resources, ...rest } = entry as Record<string, unknown>;
  if (isGiven(Time) && !(typeof Time === 'number' && Number.isFinite(Time) && Math.abs(Time) < 8e12))
    return '.Time is not a time in seconds.';
  if (isGiven(Resources) && !(Array.isArray(Resources) && Resources.every((each) => typeof each === 'string')))
    return '.Resources is not a list of strings.';
  for (const name of ['Source', 'DetailType', 'Detail', 'EventBusName', 'TraceHeader'])
    if (isGiven(rest[name]) && typeof rest[name] !== 'string') return `.${name} is not a string.`;
  return undefined;
};

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
const bytesOf = ({ Time, Source, DetailType, Detail, Resources }: Entry): number =>
  [Source, DetailType, Detail, ...(Resources ?? [])].reduce(
    (sum, text) => sum + Buffer.byteLength(text ?? ''),
    isGiven(Time) ? 14 : 0,
  );

const take = (entry: Entry, { region, accountId, nowMs, newId }: Taking): TakenEntry | RefusedEntry => {
  for (const name of ['Source', 'DetailType', 'Detail'] as const)
    if (!entry[name]) return invalid(name, `${name} is a required argument.`);
  const { Source = '', DetailType = '', Detail = '', Resources, Time, EventBusName } = entry;
  if (Source.startsWith('aws.'))
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  if (DetailType.length > longestDetailType)
    return invalid('DetailType', `It has more than ${longestDetailType} characters.`);
  const detail = parseObject(Detail);
  if (!detail) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
  const head = {
    version: '0',
    id: newId(),
    'detail-type': DetailType,
    source: Source,
    account: accountId,
    time: wholeSeconds(isGiven(Time) ? (Time as number) * 1_000 : nowMs),
    region,
    resources: Resources ?? [],
  };
  const text = `${JSON.stringify(head).slice(0, -1)},"detail":${Detail.trim()}}`;
  return { text, envelope: { ...head, detail }, takenAtMs: nowMs, bus: EventBusName || 'default' };
};

const invalid = (name: string, reason: string): RefusedEntry => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}`,
});

const parseObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
};
