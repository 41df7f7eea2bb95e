/** A record on its way through a delivery stream. */
export interface SourceRecord {
  /** Its id for the transformation; unique within the stream. */
  readonly recordId: string;
  /** Milliseconds since the epoch. */
  readonly arrivedAtMs: number;
  /** Base64. */
  readonly data: string;
  /** Of a record from a Kinesis stream. */
  readonly kinesisRecordMetadata?: KinesisRecordMetadata;
}

/** As the transformation gets it. */
interface KinesisRecordMetadata {
  readonly shardId: string;
  readonly partitionKey: string;
  readonly approximateArrivalTimestamp: number;
  readonly sequenceNumber: string;
  readonly subsequenceNumber: string;
}

/** How many bytes base64 stands for. */
export const bytesOf = (base64: string): number => {
  const padding = base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0;
  return (base64.length / 4) * 3 - padding;
};
