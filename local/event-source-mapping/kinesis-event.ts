import { type EventWriter, eventText, type WindowEvent } from './event-writer.ts';
import type { SourceRecord } from './stream-record.ts';

/** What stands in every record of one shard's events. */
export interface KinesisEventSource {
  readonly shardId: string;
  readonly region: string;
  /** Of the stream or of its consumer, as the mapping names it. */
  readonly eventSourceArn: string;
  /** The function's execution role. */
  readonly roleArn: string;
}

/**
 * Writes Lambda's Kinesis events: a record's data goes in exactly as Kinesis gave it out.
 */
export class KinesisEventWriter implements EventWriter {
  private readonly source: KinesisEventSource;
  private readonly afterData: string;
  private readonly tail: string;
  /** Of a record beside its key, its two sequence numbers and its data; a comma included. */
  private readonly fixedBytes: number;

  constructor(source: KinesisEventSource) {
    this.source = source;
    this.afterData = `},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"${source.shardId}:`;
    this.tail =
      `","eventName":"aws:kinesis:record","invokeIdentityArn":${JSON.stringify(source.roleArn)}` +
      `,"awsRegion":${JSON.stringify(source.region)},"eventSourceARN":${JSON.stringify(source.eventSourceArn)}}`;
    const empty = { sequenceNumber: '', partitionKey: '', arrivedAtMs: 1_234_567_890_123, data: '' };
    this.fixedBytes = Buffer.byteLength(this.record(empty)) + 1;
  }

  event(records: readonly SourceRecord[], window?: WindowEvent): string {
    let text = '';
    for (let at = 0; at < records.length; at++)
      text += at === 0 ? this.record(records[at] as SourceRecord) : `,${this.record(records[at] as SourceRecord)}`;
    return eventText(text, this.source, window);
  }

  envelopeBytes(window?: WindowEvent): number {
    return Buffer.byteLength(this.event([], window));
  }

  bytesOf = (record: SourceRecord): number =>
    this.fixedBytes + 2 * record.sequenceNumber.length + record.data.length + jsonBytes(record.partitionKey);

  private record({ partitionKey, sequenceNumber, data, arrivedAtMs }: SourceRecord): string {
    return `{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":${JSON.stringify(partitionKey)},"sequenceNumber":"${sequenceNumber}","data":"${data}","approximateArrivalTimestamp":${arrivedAtMs / 1000}${this.afterData}${sequenceNumber}${this.tail}`;
  }
}

/** Of the text between the quotes. */
const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;
