/** What the core knows of a record, whichever stream it comes from. */
export interface StreamRecord {
  /** Decimal text of up to 56 digits, so never a number; ascending within a shard. */
  readonly sequenceNumber: string;
  /** Records of one key are handled in order: of Kinesis the partition key, of DynamoDB the item's. */
  readonly partitionKey: string;
  /** When the stream took it: milliseconds since the epoch. */
  readonly arrivedAtMs: number;
}

/** A record as its source delivers it. */
export interface SourceRecord extends StreamRecord {
  /** What goes into the event: of Kinesis the data in base64, of DynamoDB the whole record as JSON text. */
  readonly data: string;
}
