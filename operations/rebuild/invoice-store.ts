import {
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  NotFound,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { EventOf } from '../../domain/event.ts';
import { invoiceKey } from '../../domain/order/invoice.ts';
import type { OrderPlaced } from '../../domain/order/order-placed.ts';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import { Stopped } from '../command.ts';
import type { Difference, SlotStore } from './slot-store.ts';
import { untilTaken } from './until-taken.ts';

/** Errors of S3 that pass: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const passing = ['InternalError', 'ServiceUnavailable', 'SlowDown'];

interface Entry {
  readonly key: string;
  /** Tells one content from another: invoices are written whole, so S3's tag is a hash of it. */
  readonly tag: string;
}

/** One slot of the invoices: its bucket. */
export class InvoiceStore implements SlotStore {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async empty(signal: AbortSignal, onDone: (removed: number) => void): Promise<void> {
    let removed = 0;
    for await (const page of this.#pages()) {
      if (signal.aborted) return;
      if (page.length === 0) continue;
      await untilTaken(
        page.map(({ key }) => key),
        (keys) => this.#remove(keys),
      );
      removed += page.length;
      onDone(removed);
    }
  }

  async hasMet(_: ArchivedRecord, event: EventOf): Promise<boolean> {
    return (await this.#entry(invoiceKey((event as OrderPlaced).data, event.id))) !== undefined;
  }

  /** Both lists come sorted by key, so that one walk along them finds every difference. */
  async *compare(other: this, signal: AbortSignal, onDone: (compared: number) => void): AsyncGenerator<Difference> {
    const [mine, its] = [this.#entries(), other.#entries()];
    let [a, b] = await Promise.all([mine.next(), its.next()]);
    for (let compared = 1; !a.done || !b.done; compared++) {
      if (signal.aborted) return;
      if (b.done || (!a.done && before(a.value.key, b.value.key))) {
        yield { key: (a.value as Entry).key, kind: 'missing in the new slot' };
        a = await mine.next();
      } else if (a.done || before(b.value.key, a.value.key)) {
        yield { key: b.value.key, kind: 'only in the new slot' };
        b = await its.next();
      } else {
        if (a.value.tag !== b.value.tag) yield { key: a.value.key, kind: 'not the same' };
        [a, b] = await Promise.all([mine.next(), its.next()]);
      }
      onDone(compared);
    }
  }

  async compareOne(other: this, key: string): Promise<Difference | undefined> {
    const [mine, its] = await Promise.all([this.#entry(key), other.#entry(key)]);
    if (mine === undefined) return its === undefined ? undefined : { key, kind: 'only in the new slot' };
    if (its === undefined) return { key, kind: 'missing in the new slot' };
    return mine === its ? undefined : { key, kind: 'not the same' };
  }

  /** Answers with what S3 was too busy to remove. */
  async #remove(keys: readonly string[]): Promise<string[]> {
    const Objects = keys.map((Key) => ({ Key }));
    const { Errors = [] } = await this.#s3.send(
      new DeleteObjectsCommand({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }),
    );
    const final = Errors.find(({ Code = '' }) => !passing.includes(Code));
    if (final) throw new Stopped(`${this.#bucket}/${final.Key} can't be removed: ${final.Message}`);
    return Errors.map(({ Key = '' }) => Key);
  }

  async *#entries(): AsyncGenerator<Entry, undefined> {
    for await (const page of this.#pages()) yield* page;
    return undefined;
  }

  async *#pages(): AsyncGenerator<Entry[]> {
    let ContinuationToken: string | undefined;
    do {
      const page = await this.#s3.send(new ListObjectsV2Command({ Bucket: this.#bucket, ContinuationToken }));
      yield (page.Contents ?? []).map(({ Key = '', ETag = '' }) => ({ key: Key, tag: ETag }));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken);
  }

  async #entry(key: string): Promise<string | undefined> {
    try {
      return (await this.#s3.send(new HeadObjectCommand({ Bucket: this.#bucket, Key: key }))).ETag;
    } catch (error) {
      if (error instanceof NotFound) return undefined;
      throw error;
    }
  }
}

/** As S3 sorts: by the bytes. The keys of invoices are ASCII. */
const before = (a: string, b: string): boolean => a < b;
