import { join } from 'node:path';
import type { LocalContext } from '../context.ts';
import type { Credentials } from '../engines/engine.ts';
import { type JsonObject, ServiceError, startJsonService, validationError } from '../json-service.ts';
import { type DeliverySettings, DeliveryStream } from './delivery-stream.ts';
import { DirectPut } from './direct-put.ts';
import { bucketStore } from './object-store.ts';
import { readRecord, readRecords } from './put-records.ts';
import type { SourceRecord } from './source-record.ts';
import { StreamReader } from './stream-reader.ts';

/** A delivery stream of the template. */
export interface DeliveryStreamDefinition {
  readonly settings: DeliverySettings;
  readonly bucket: string;
  /** With which it writes to the bucket. */
  readonly credentials: Credentials;
  /** Of the Kinesis stream that it reads; callers put the records where it reads none. */
  readonly sourceStreamArn?: string | undefined;
}

interface Running {
  /** Undefined where the stream reads Kinesis. */
  readonly put: ((data: readonly string[]) => readonly SourceRecord[]) | undefined;
  start(): Promise<void> | void;
  close(): Promise<void>;
}

/**
 * The delivery streams of one runtime, and their API: `PutRecord` and `PutRecordBatch`. What they have answered is kept
 * with the data until it is in the bucket.
 *
 * @see https://docs.aws.amazon.com/firehose/latest/APIReference/
 */
export class Firehose {
  readonly #context: LocalContext;
  readonly #streams = new Map<string, Running>();

  private constructor(context: LocalContext) {
    this.#context = context;
  }

  /** Of this runtime; it begins to answer when the first resource asks for it. */
  static of(context: LocalContext): Promise<Firehose> {
    const known = ofContext.get(context) ?? Firehose.#start(context);
    ofContext.set(context, known);
    return known;
  }

  static async #start(context: LocalContext): Promise<Firehose> {
    const firehose = new Firehose(context);
    const server = await startJsonService({
      service: 'firehose',
      targetPrefix: 'Firehose_20150804',
      actions: {
        PutRecord: (input) => {
          const [record] = firehose.#put(input, [readRecord(input)]);
          return { RecordId: record?.recordId, Encrypted: false };
        },
        PutRecordBatch: (input) => {
          const records = firehose.#put(input, readRecords(input));
          const RequestResponses = records.map(({ recordId }) => ({ RecordId: recordId }));
          return { FailedPutCount: 0, Encrypted: false, RequestResponses };
        },
      },
      limitBytes: 7_000_000,
      keys: context.principals.keys,
      calls: context.metrics.calls,
      region: context.region,
    });
    context.serve('firehose', {
      url: server.url,
      close: async () => {
        await server.close();
        await Promise.all([...firehose.#streams.values()].map((stream) => stream.close()));
      },
    });
    return firehose;
  }

  add(definition: DeliveryStreamDefinition): void {
    const { settings, sourceStreamArn } = definition;
    const running =
      sourceStreamArn === undefined ? this.#direct(definition) : this.#reading(definition, sourceStreamArn);
    this.#streams.set(settings.name, running);
    this.#context.whenCreated(() => running.start());
  }

  #direct({ settings, bucket, credentials }: DeliveryStreamDefinition): Running {
    const context = this.#context;
    const store = bucketStore(bucket, { ...context, credentials });
    const source = new DirectPut(join(context.dataDir, 'firehose', `${settings.name}.sqlite`));
    const stream = new DeliveryStream(settings, store, source.finish, context);
    const left = source.left(); // before anyone can put
    return {
      put: (data) => {
        if (!stream.hasRoom) throw new ServiceError('ServiceUnavailableException', 'Slow down.', 503);
        const records = source.add(data, context.clock.now());
        stream.accept(records);
        return records;
      },
      start: () => stream.accept(left),
      close: async () => {
        await stream.close();
        await store.close();
        source.close();
      },
    };
  }

  #reading({ settings, bucket, credentials }: DeliveryStreamDefinition, streamArn: string): Running {
    const store = bucketStore(bucket, { ...this.#context, credentials });
    const finish = (records: readonly SourceRecord[]) => reader.finish(records);
    const stream = new DeliveryStream(settings, store, finish, this.#context);
    const reader = new StreamReader(settings.name, streamArn, stream, this.#context);
    return {
      put: undefined,
      start: () => reader.start(),
      close: async () => {
        await stream.close();
        await store.close();
        reader.close();
      },
    };
  }

  #put(input: JsonObject, data: readonly string[]): readonly SourceRecord[] {
    const { DeliveryStreamName: name } = input;
    if (typeof name !== 'string') throw validationError('DeliveryStreamName is a required argument.');
    const stream = this.#streams.get(name);
    if (!stream) {
      const message = `Firehose ${name} under account ${this.#context.accountId} not found.`;
      throw new ServiceError('ResourceNotFoundException', message);
    }
    if (!stream.put) {
      const message = 'This operation is not permitted on KinesisStreamAsSource delivery stream type.';
      throw new ServiceError('InvalidArgumentException', message);
    }
    return stream.put(data);
  }
}

const ofContext = new WeakMap<LocalContext, Promise<Firehose>>();
