/** An event on a bus, in the envelope in which targets get it. */
export interface BusEvent {
  /** The envelope as JSON; `detail` stands in it byte for byte as it was put. */
  readonly text: string;
  /** When EventBridge took it: milliseconds since the epoch. */
  readonly takenAtMs: number;
}

/** The envelope, parsed. */
export interface Envelope {
  readonly version: string;
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** Whole seconds: `2026-11-22T10:15:31Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Readonly<Record<string, unknown>>;
}

/** A moment as EventBridge writes it, without a fraction of a second. */
export const wholeSeconds = (atMs: number): string => new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
