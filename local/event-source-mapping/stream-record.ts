/** What the core knows of a record, whichever stream it comes from. */
export interface StreamRecord {
  /** Decimal text of up to 56 digits, so never a number; ascending within a shard. */
  readonly sequenceNumber: string;
  /** Records of one key are handled in order. */
  readonly partitionKey: string;
  /** When the stream took it: milliseconds since the epoch. */
  readonly arrivedAtMs: number;
}

/** A record as Kinesis delivers it. */
export interface KinesisRecord extends StreamRecord {
  /** Base64. */
  readonly data: string;
}
