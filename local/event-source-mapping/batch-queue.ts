/** What bounds a batch. */
export interface BatchLimits<R> {
  readonly batchSize: number;
  /** Of the payload without its records. */
  readonly envelopeBytes: number;
  readonly maximumBytes: number;
  /** Of one record in the payload, the comma after it included. */
  readonly bytesOf: (record: R) => number;
  /** Whether two records may travel together; all may where absent. */
  readonly together?: (first: R, other: R) => boolean;
}

/**
 * Records on their way into batches, in order. A batch ends at its size, before the payload would outgrow its limit, or
 * before a record that may not travel with the first; one record alone always makes a batch.
 */
export class BatchQueue<R> {
  private readonly limits: BatchLimits<R>;
  private records: R[] = [];
  private head = 0;
  /** The next batch so far: how many records, how many bytes. */
  private count = 0;
  private bytes: number;
  private waitingBytes = 0;
  private closed = false;

  constructor(limits: BatchLimits<R>) {
    this.limits = limits;
    this.bytes = limits.envelopeBytes;
  }

  get length(): number {
    return this.records.length - this.head;
  }

  /** Bytes of all waiting records. */
  get byteLength(): number {
    return this.waitingBytes;
  }

  /** Whether the next batch can't grow any more. */
  get full(): boolean {
    return this.closed;
  }

  /** The record that the next batch starts with. */
  get first(): R | undefined {
    return this.records[this.head];
  }

  push(record: R): void {
    this.records.push(record);
    this.waitingBytes += this.limits.bytesOf(record);
    this.grow();
  }

  /** The next batch, full or not; empty where nothing waits. */
  take(): readonly R[] {
    const batch = this.records.slice(this.head, this.head + this.count);
    this.head += this.count;
    this.waitingBytes -= this.bytes - this.limits.envelopeBytes;
    if (this.head > 1_000 || this.head === this.records.length) {
      this.records = this.records.slice(this.head);
      this.head = 0;
    }
    this.count = 0;
    this.bytes = this.limits.envelopeBytes;
    this.closed = false;
    this.grow();
    return batch;
  }

  private grow(): void {
    const { batchSize, maximumBytes, bytesOf, together } = this.limits;
    for (let at = this.head + this.count; !this.closed && at < this.records.length; at++) {
      const record = this.records[at] as R;
      const bytes = bytesOf(record);
      const joins =
        this.count === 0 ||
        (this.bytes + bytes <= maximumBytes && (together?.(this.records[this.head] as R, record) ?? true));
      if (joins) {
        this.count++;
        this.bytes += bytes;
      }
      this.closed = !joins || this.count === batchSize;
    }
  }
}
