import type { KinesisRecord } from './stream-record.ts';
import type { WindowBounds } from './tumbling-window.ts';

/** What stands in every record of one shard's events. */
export interface KinesisEventSource {
  readonly shardId: string;
  readonly region: string;
  /** Of the stream or of its consumer, as the mapping names it. */
  readonly eventSourceArn: string;
  /** The function's execution role. */
  readonly roleArn: string;
}

/** What an event of a tumbling window carries beside its records. */
export interface WindowEvent {
  readonly window: WindowBounds;
  /** JSON text. */
  readonly state: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

/**
 * Writes Lambda's Kinesis events as JSON text, by concatenation: a record's data goes in exactly as Kinesis gave it
 * out, and nothing is parsed or built up as an object.
 */
export class KinesisEventWriter {
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

  /** The event of a batch; with `window`, of a batch of a tumbling window. */
  event(records: readonly KinesisRecord[], window?: WindowEvent): string {
    let text = '{"Records":[';
    for (let at = 0; at < records.length; at++)
      text += at === 0 ? this.record(records[at] as KinesisRecord) : `,${this.record(records[at] as KinesisRecord)}`;
    return `${text}]${window ? this.windowFields(window) : ''}}`;
  }

  /** Bytes of the event without its records. */
  envelopeBytes(window?: WindowEvent): number {
    return Buffer.byteLength(this.event([], window));
  }

  /** Bytes that a record takes in the event at most, the comma included. */
  bytesOf = (record: KinesisRecord): number =>
    this.fixedBytes + 2 * record.sequenceNumber.length + record.data.length + jsonBytes(record.partitionKey);

  private record({ partitionKey, sequenceNumber, data, arrivedAtMs }: KinesisRecord): string {
    return `{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":${JSON.stringify(partitionKey)},"sequenceNumber":"${sequenceNumber}","data":"${data}","approximateArrivalTimestamp":${arrivedAtMs / 1000}${this.afterData}${sequenceNumber}${this.tail}`;
  }

  private windowFields({ window, state, isFinalInvokeForWindow, isWindowTerminatedEarly }: WindowEvent): string {
    return (
      `,"window":{"start":"${isoSeconds(window.startMs)}","end":"${isoSeconds(window.endMs)}"},"state":${state}` +
      `,"shardId":"${this.source.shardId}","eventSourceARN":${JSON.stringify(this.source.eventSourceArn)}` +
      `,"isFinalInvokeForWindow":${isFinalInvokeForWindow},"isWindowTerminatedEarly":${isWindowTerminatedEarly}`
    );
  }
}

/** Of the text between the quotes. */
const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
