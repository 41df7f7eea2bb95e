import { type EventWriter, eventText, type WindowEvent } from './event-writer.ts';
import type { SourceRecord } from './stream-record.ts';

/** Writes Lambda's events of a DynamoDB stream, whose records are JSON text from the start. */
export class DynamoDbEventWriter implements EventWriter {
  private readonly source: { readonly shardId: string; readonly eventSourceArn: string };

  constructor(source: { readonly shardId: string; readonly eventSourceArn: string }) {
    this.source = source;
  }

  event(records: readonly SourceRecord[], window?: WindowEvent): string {
    return eventText(records.map(({ data }) => data).join(), this.source, window);
  }

  envelopeBytes(window?: WindowEvent): number {
    return Buffer.byteLength(this.event([], window));
  }

  bytesOf = ({ data }: SourceRecord): number => Buffer.byteLength(data) + 1;
}
