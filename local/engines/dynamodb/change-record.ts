import { createHash } from 'node:crypto';
import { require } from './dynalite.ts';

const { itemSize } = require('dynalite/db') as { itemSize(item: Item): number };

/** Attributes by name, each a value by its type: `{"id":{"S":"1"}}`. */
type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export type StreamViewType = 'KEYS_ONLY' | 'NEW_IMAGE' | 'OLD_IMAGE' | 'NEW_AND_OLD_IMAGES';

/** An item as it lies in the database: JSON text; undefined where there is none. */
export type Stored = string | undefined;

/** What a write did to an item, but for its place in the stream. */
export interface Change {
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  /** Of `Keys`, and the images that the view type asks for, as JSON text: `"Keys":{…},"NewImage":{…}`. */
  readonly images: string;
  readonly sizeBytes: number;
}

/** The change between two states of one item; undefined where nothing changed, as AWS writes no record then. */
export const changeBetween = (
  before: Stored,
  after: Stored,
  keyNames: readonly string[],
  view: StreamViewType,
): Change | undefined => {
  if (before === after) return undefined;
  const old = before === undefined ? undefined : (JSON.parse(before) as Item);
  const now = after === undefined ? undefined : (JSON.parse(after) as Item);
  if (old && now && canonical(old) === canonical(now)) return undefined;
  const item = (now ?? old) as Item;
  const keys = Object.fromEntries(keyNames.map((name) => [name, item[name] as Item[string]]));
  const shown: [string, Item, string][] = [['Keys', keys, JSON.stringify(keys)]];
  if (now && after && (view === 'NEW_IMAGE' || view === 'NEW_AND_OLD_IMAGES')) shown.push(['NewImage', now, after]);
  if (old && before && (view === 'OLD_IMAGE' || view === 'NEW_AND_OLD_IMAGES')) shown.push(['OldImage', old, before]);
  return {
    eventName: !old ? 'INSERT' : now ? 'MODIFY' : 'REMOVE',
    images: shown.map(([name, , text]) => `"${name}":${text}`).join(),
    sizeBytes: shown.reduce((bytes, [, each, text]) => bytes + itemSize(each) + beyondAscii(text), 0),
  };
};

/** What names and texts take in UTF-8 beyond their length in characters, by which dynalite measures. */
const beyondAscii = (text: string): number => Buffer.byteLength(text) - text.length;

/** Where a change stands. */
export interface RecordPlace {
  readonly streamArn: string;
  readonly region: string;
  readonly view: StreamViewType;
  readonly sequenceNumber: string;
  readonly createdAtMs: number;
}

/**
 * The record as `GetRecords` gives it out, as JSON text.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 */
export const recordText = (change: Change, { streamArn, region, view, sequenceNumber, createdAtMs }: RecordPlace) => {
  const eventId = createHash('md5').update(`${streamArn} ${sequenceNumber}`).digest('hex');
  return (
    `{"awsRegion":"${region}","dynamodb":{"ApproximateCreationDateTime":${Math.floor(createdAtMs / 1_000)},${change.images}` +
    `,"SequenceNumber":"${sequenceNumber}","SizeBytes":${change.sizeBytes},"StreamViewType":"${view}"}` +
    `,"eventID":"${eventId}","eventName":"${change.eventName}","eventSource":"aws:dynamodb","eventVersion":"1.1"}`
  );
};

/** The same text for the same item: the order of attributes, and of a set's members, is none. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([name, inner]) => {
    const isSet = (name === 'SS' || name === 'NS' || name === 'BS') && Array.isArray(inner);
    return `${JSON.stringify(name)}:${canonical(isSet ? [...inner].sort() : inner)}`;
  });
  return `{${entries.sort().join()}}`;
};
