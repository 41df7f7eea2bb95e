/** The order table's names, shared by the functions and the stack. No imports, so that both can load it. */
export const orderTableKeys = {
  partitionKey: 'accountid',
  sortKey: 'vendorid',
  /** What the client sent, one map; the service's own attributes stand beside it, out of every client's reach. */
  order: 'order',
  eventId: 'eventId',
  /** The event's CloudEvents `time`: ISO 8601, UTC, milliseconds. */
  receivedAt: 'receivedAt',
  /** The Kinesis sequence number, zero-padded: it has up to 56 digits, more than a DynamoDB number holds. */
  position: 'position',
  /** The ids of the newest events applied to the item, oldest first. */
  eventIds: 'eventIds',
  /** When each of those happened: as many, in the same order; fewer where an item is older than this attribute. */
  receivedAts: 'receivedAts',
  /** `<receivedAt>#<eventId>`: sorts an account's orders by their arrival, and tells those of one millisecond apart. */
  receivedAtEventId: 'receivedAtEventId',
} as const;

/** An item remembers this many events; an older one that comes again under a later position would count as new. */
export const rememberedEvents = 100;

/** Index by account (`accountid`) and arrival (`receivedAtEventId`). */
export const newestByAccount = 'newestByAccount';

/**
 * What the index holds beside the keys: what a page shows. Every order deletes and writes its entry, which the ids of a
 * hundred events would make five times as dear.
 */
export const newestByAccountHolds = [orderTableKeys.order, orderTableKeys.eventId, orderTableKeys.receivedAt];
