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
  private closedBy: 'size' | 'payload' | 'boundary' | undefined;

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
    return this.closedBy !== undefined;
  }

  /** What keeps the next batch from growing: its size, its payload, or a record that may not travel with it. */
  get fullBecause(): 'size' | 'payload' | 'boundary' | undefined {
    return this.closedBy;
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
    this.closedBy = undefined;
    this.grow();
    return batch;
  }

  private grow(): void {
    const { batchSize, maximumBytes, bytesOf, together } = this.limits;
    for (let at = this.head + this.count; !this.full && at < this.records.length; at++) {
      const record = this.records[at] as R;
      const bytes = bytesOf(record);
      if (this.count > 0 && this.bytes + bytes > maximumBytes) this.closedBy = 'payload';
      else if (this.count > 0 && together?.(this.records[this.head] as R, record) === false) this.closedBy = 'boundary';
      else {
        this.count++;
        this.bytes += bytes;
        if (this.count === batchSize) this.closedBy = 'size';
      }
    }
  }
}
