/**
 * How far a shard is done: every record read so far is either finished or not, and the position never passes one that
 * isn't, whatever lane finishes first.
 */
export class ShardProgress {
  /** Each unfinished record, in order of reading, with the position just before it. */
  private readonly unfinished = new Map<string, string | undefined>();
  private lastRead: string | undefined;
  private held: { readonly position: string | undefined } | undefined;

  /** `position`: the last record that an earlier run has finished. */
  constructor(position?: string) {
    this.lastRead = position;
  }

  /** The sequence number up to which everything is finished; undefined where nothing is. */
  get position(): string | undefined {
    if (this.held) return this.held.position;
    const first = this.unfinished.values().next();
    return first.done ? this.lastRead : first.value;
  }

  /** Whether every record read has been finished. */
  get idle(): boolean {
    return this.unfinished.size === 0;
  }

  /** A record was read that must be handled. */
  begin(sequenceNumber: string): void {
    this.unfinished.set(sequenceNumber, this.lastRead);
    this.lastRead = sequenceNumber;
  }

  /** A record was read that no filter matches. */
  skip(sequenceNumber: string): void {
    this.lastRead = sequenceNumber;
  }

  finish(sequenceNumber: string): void {
    this.unfinished.delete(sequenceNumber);
  }

  /** Keeps the position where it is, whatever is finished, until `release`: a window is open. */
  hold(): void {
    this.held ??= { position: this.position };
  }

  release(): void {
    this.held = undefined;
  }
}
