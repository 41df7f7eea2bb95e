/** A window of one shard: milliseconds since the epoch, the end exclusive. */
export interface WindowBounds {
  readonly startMs: number;
  readonly endMs: number;
}

/** What a state may weigh before Lambda ends its window early. */
export const maximumStateBytes = 1_048_576;

/** The window that a moment falls in: windows are aligned to the epoch. */
export const windowOf = (atMs: number, windowMs: number): WindowBounds => {
  const startMs = Math.floor(atMs / windowMs) * windowMs;
  return { startMs, endMs: startMs + windowMs };
};

/** The call that ends a window, or the part of it up to now. */
export interface FinalInvoke {
  readonly window: WindowBounds;
  readonly state: string;
  readonly terminatedEarly: boolean;
}

/**
 * The window of one shard, and the state that its invocations hand on. A window opens with its first record, so a
 * window without records is none; it closes when a record of a later one arrives, when it has been quiet for long
 * enough after its end, or with its shard. A state that outgrows 1 MB ends it early: a final call takes that state,
 * and the same window goes on with `{}`.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html
 */
export class TumblingWindow {
  private readonly windowMs: number;
  private bounds: WindowBounds | undefined;
  private stateText = '{}';

  constructor(windowMs: number) {
    this.windowMs = windowMs;
  }

  get open(): WindowBounds | undefined {
    return this.bounds;
  }

  /** JSON text: what the next invocation gets. A retry gets the same as the try before it. */
  get state(): string {
    return this.stateText;
  }

  /** The window that a record of this time falls in. */
  of(arrivedAtMs: number): WindowBounds {
    return windowOf(arrivedAtMs, this.windowMs);
  }

  /** Whether two records may share an invocation. */
  together(firstMs: number, otherMs: number): boolean {
    return windowOf(firstMs, this.windowMs).startMs === windowOf(otherMs, this.windowMs).startMs;
  }

  /** The final call that must succeed before a record of this time may be handed over. */
  before(arrivedAtMs: number): FinalInvoke | undefined {
    if (!this.bounds) return undefined;
    if (this.tooLarge) return { window: this.bounds, state: this.stateText, terminatedEarly: true };
    return arrivedAtMs >= this.bounds.endMs ? this.final() : undefined;
  }

  /** The final call, if one is due with no further record: the state is too large, or the window has long been over. */
  due(nowMs: number, quietMs: number): FinalInvoke | undefined {
    if (!this.bounds) return undefined;
    if (this.tooLarge) return { window: this.bounds, state: this.stateText, terminatedEarly: true };
    return nowMs >= this.bounds.endMs + quietMs ? this.final() : undefined;
  }

  /** The final call at the shard's end. */
  final(): FinalInvoke | undefined {
    return this.bounds && { window: this.bounds, state: this.stateText, terminatedEarly: this.tooLarge };
  }

  /** A record of this time is handed over; an older one than the open window counts to it. */
  enter(arrivedAtMs: number): WindowBounds {
    this.bounds ??= windowOf(arrivedAtMs, this.windowMs);
    return this.bounds;
  }

  /** An invocation dealt with records and answered with this state. */
  keep(state: string): void {
    this.stateText = state;
  }

  /** A final call succeeded. */
  concluded(final: FinalInvoke): void {
    this.stateText = '{}';
    if (!final.terminatedEarly) this.bounds = undefined;
  }

  private get tooLarge(): boolean {
    return this.stateText.length > maximumStateBytes / 3 && Buffer.byteLength(this.stateText) > maximumStateBytes;
  }
}
