import { setMaxListeners } from 'node:events';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { during } from '../clock.ts';
import type { LocalContext } from '../context.ts';
import { type LocalFunction, payloadLimitBytes } from '../lambda/local-function.ts';
import type { ObjectKey } from './object-key.ts';
import type { ObjectStore } from './object-store.ts';
import { RecordBuffer } from './record-buffer.ts';
import { bytesOf, type SourceRecord } from './source-record.ts';
import type { TransformationContext, Transformed } from './transformation.ts';
import { transform } from './transformer.ts';

/** How a delivery stream is set up, defaults filled in. */
export interface DeliverySettings extends TransformationContext {
  readonly name: string;
  readonly bufferBytes: number;
  readonly bufferMs: number;
  readonly keys: { readonly records: ObjectKey; readonly errors: ObjectKey };
  readonly compress: boolean;
  /** Appended to each record. */
  readonly delimiter: string;
  readonly processor?: ProcessorSettings | undefined;
}

export interface ProcessorSettings {
  readonly functionArn: string;
  readonly bufferBytes: number;
  readonly bufferMs: number;
  readonly retries: number;
}

/** A record whose content is made, and the source record that it stands for. */
interface Made {
  readonly source: SourceRecord;
  readonly content: Buffer;
}

/** More than this under way, and a source does better to wait. */
const roomBytes = 64 * 1_048_576;

/**
 * Takes records through the transformation into objects of a bucket. A record is done, and said to be so by `finish`,
 * once the object that holds it is written, or it was dropped; until then it is its source's to keep.
 */
export class DeliveryStream {
  readonly #settings: DeliverySettings;
  readonly #context: LocalContext;
  readonly #store: ObjectStore;
  readonly #finish: (records: readonly SourceRecord[]) => void;
  readonly #incoming: RecordBuffer<SourceRecord> | undefined;
  readonly #outgoing: RecordBuffer<Made>;
  readonly #errors: RecordBuffer<Made>;
  readonly #closing = new AbortController();
  #bytes = 0;

  constructor(
    settings: DeliverySettings,
    store: ObjectStore,
    finish: (records: readonly SourceRecord[]) => void,
    context: LocalContext,
  ) {
    const { processor, bufferBytes, bufferMs, keys } = settings;
    const { clock, pace } = context;
    this.#settings = settings;
    this.#context = context;
    this.#store = store;
    this.#finish = finish;
    setMaxListeners(0, this.#closing.signal);
    const buffer = { clock, maximumBytes: bufferBytes, waitMs: pace.bufferMs(bufferMs) };
    this.#incoming =
      processor &&
      new RecordBuffer({
        clock,
        maximumBytes: processor.bufferBytes,
        waitMs: pace.bufferMs(processor.bufferMs),
        flush: (records) => this.#transform(records, processor),
      });
    this.#outgoing = new RecordBuffer({ ...buffer, flush: (made) => this.#write(made, keys.records) });
    this.#errors = new RecordBuffer({ ...buffer, flush: (made) => this.#write(made, keys.errors) });
  }

  /** Whether more could be taken without filling the memory. */
  get hasRoom(): boolean {
    return this.#bytes < roomBytes;
  }

  accept(records: readonly SourceRecord[]): void {
    for (const record of records) {
      const bytes = bytesOf(record.data);
      this.#bytes += bytes;
      if (this.#incoming) this.#incoming.add(record, this.#weightOf(bytes));
      else this.#send(record, Buffer.from(record.data, 'base64'));
    }
  }

  /** Writes what the buffers hold; what can't be written now stays its source's to keep. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#incoming?.drain();
    await Promise.all([this.#outgoing.drain(), this.#errors.drain()]);
  }

  /** How much of the transformation's buffer a record takes: its bytes, or its share of what an invocation takes. */
  #weightOf(bytes: number): number {
    const { bufferBytes = 0 } = this.#settings.processor ?? {};
    return Math.max(bytes, ((bytes * 4) / 3 + envelopeBytes) * (bufferBytes / payloadLimitBytes));
  }

  #send(source: SourceRecord, data: Buffer): void {
    const { delimiter } = this.#settings;
    const content = delimiter === '' ? data : Buffer.concat([data, Buffer.from(delimiter)]);
    this.#outgoing.add({ source, content }, content.length);
  }

  async #transform(records: readonly SourceRecord[], processor: ProcessorSettings): Promise<void> {
    const { functionArn, retries } = processor;
    const target = this.#context.functions.get(functionArn) as LocalFunction;
    const batch = await transform(target, records, retries, this.#settings, this.#context, this.#closing.signal);
    if (!batch) return;
    const dropped: SourceRecord[] = [];
    for (const [index, source] of records.entries()) {
      const result = batch.results[index] as Transformed;
      if (result.kind === 'ok') this.#send(source, result.data);
      else if (result.kind === 'dropped') dropped.push(source);
      else {
        const line = errorLine({
          attemptsMade: batch.attempts,
          arrivalTimestamp: source.arrivedAtMs,
          ...result.failure,
          attemptEndingTimestamp: batch.endedAtMs,
          rawData: source.data,
          lambdaArn: functionArn,
        });
        this.#errors.add({ source, content: line }, line.length);
      }
    }
    this.#done(dropped);
    this.#tellFailures(batch.results);
  }

  /** Tries until the bucket has the object, or the stream closes. */
  async #write(made: readonly Made[], keyOf: ObjectKey): Promise<void> {
    const { pace, clock } = this.#context;
    const oldestMs = made.reduce(
      (oldest, { source }) => Math.min(oldest, source.arrivedAtMs),
      Number.POSITIVE_INFINITY,
    );
    const key = keyOf(oldestMs);
    const content = Buffer.concat(made.map((each) => each.content));
    const body = this.#settings.compress ? await promisify(gzip)(content) : content;
    for (let failures = 1; ; failures++) {
      try {
        await during(clock, this.#store.put(key, body));
        return this.#done(made.map(({ source }) => source));
      } catch (error) {
        if (failures === 1) this.#say(`${key} waits for its bucket: ${(error as Error).message}`);
        if (this.#closing.signal.aborted) return;
        await clock.sleep(pace.retryBackoffMs(failures), this.#closing.signal);
      }
    }
  }

  #done(records: readonly SourceRecord[]): void {
    for (const { data } of records) this.#bytes -= bytesOf(data);
    this.#finish(records);
  }

  #tellFailures(results: readonly Transformed[]): void {
    const failures = results.flatMap((result) => (result.kind === 'failed' ? [result.failure.errorCode] : []));
    for (const [code, { length }] of Map.groupBy(failures, (each) => each))
      this.#say(`${length === 1 ? '1 record' : `${length} records`} could not be transformed (${code})`);
  }

  #say(what: string): void {
    this.#context.log(`${this.#settings.name}: ${what}`);
  }
}

/** What stands around the data of a record in a transformation's event, at most. */
const envelopeBytes = 700;

const errorLine = (record: object): Buffer => Buffer.from(`${JSON.stringify(record)}\n`);
