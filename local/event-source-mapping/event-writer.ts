import type { SourceRecord } from './stream-record.ts';
import type { WindowBounds } from './tumbling-window.ts';

/** Writes the events of one shard as JSON text, by concatenation: nothing is parsed or built up as an object. */
export interface EventWriter {
  /** The event of a batch; with `window`, of a batch of a tumbling window. */
  event(records: readonly SourceRecord[], window?: WindowEvent): string;
  /** Bytes of the event without its records. */
  envelopeBytes(window?: WindowEvent): number;
  /** Bytes that a record takes in the event at most, the comma included. */
  bytesOf(record: SourceRecord): number;
}

/** What an event of a tumbling window carries beside its records. */
export interface WindowEvent {
  readonly window: WindowBounds;
  /** JSON text. */
  readonly state: string;
  readonly isFinalInvokeForWindow: boolean;
  readonly isWindowTerminatedEarly: boolean;
}

/** The event of records that are JSON text already. */
export const eventText = (
  records: string,
  source: { readonly shardId: string; readonly eventSourceArn: string },
  window: WindowEvent | undefined,
): string => `{"Records":[${records}]${window ? windowFields(window, source) : ''}}`;

const windowFields = (
  { window, state, isFinalInvokeForWindow, isWindowTerminatedEarly }: WindowEvent,
  { shardId, eventSourceArn }: { readonly shardId: string; readonly eventSourceArn: string },
): string =>
  `,"window":{"start":"${isoSeconds(window.startMs)}","end":"${isoSeconds(window.endMs)}"},"state":${state}` +
  `,"shardId":"${shardId}","eventSourceARN":${JSON.stringify(eventSourceArn)}` +
  `,"isFinalInvokeForWindow":${isFinalInvokeForWindow},"isWindowTerminatedEarly":${isWindowTerminatedEarly}`;

/** `2020-12-09T07:04:00Z`. */
export const isoSeconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
