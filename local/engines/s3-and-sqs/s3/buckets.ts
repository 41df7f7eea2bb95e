import type { Storage } from '../../../storage/storage.ts';
import { noSuchBucket, S3Error } from './errors.ts';
import { after, bucketEntry, objectsOf, uploadsOf } from './keys.ts';

export interface Bucket {
  readonly name: string;
  readonly created: number;
  /** None until it is set for the first time. */
  readonly versioning?: 'Enabled' | 'Suspended';
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const isName = (name: string): boolean =>
  /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) && !/\.\.|\.-|-\./.test(name) && !/^\d+\.\d+\.\d+\.\d+$/.test(name);

export class Buckets {
  readonly #storage: Storage;
  /** A stack has few buckets, and every call needs one. */
  readonly #known = new Map<string, Bucket>();

  constructor(storage: Storage) {
    this.#storage = storage;
  }

  /** Leaves a bucket that is there as it is, which is what us-east-1 does for its owner. */
  create(name: string, now: number): void {
    if (!isName(name)) throw new S3Error(400, 'InvalidBucketName', 'The specified bucket is not valid.');
    if (this.#find(name)) return;
    this.#put({ name, created: now });
  }

  get(name: string): Bucket {
    const bucket = this.#find(name);
    if (!bucket) throw noSuchBucket();
    return bucket;
  }

  list(): Bucket[] {
    const all = bucketEntry('');
    return Array.from(this.#storage.texts({ gte: all, lt: after(all) }), ([, text]) => JSON.parse(text));
  }

  setVersioning(name: string, versioning: 'Enabled' | 'Suspended'): void {
    this.#put({ ...this.get(name), versioning });
  }

  remove(name: string): void {
    this.get(name);
    for (const [entries, what] of [
      [objectsOf(name), 'You must delete all versions in the bucket.'],
      [uploadsOf(name), 'You must complete or abort its multipart uploads.'],
    ] as const) {
      for (const _ of this.#storage.keys({ gte: entries, lt: after(entries), limit: 1 }))
        throw new S3Error(409, 'BucketNotEmpty', `The bucket you tried to delete is not empty. ${what}`);
    }
    this.#storage.delete(bucketEntry(name));
    this.#known.delete(name);
  }

  /** After a failed commit: a bucket may be another one in the store. */
  forget(): void {
    this.#known.clear();
  }

  #find(name: string): Bucket | undefined {
    const known = this.#known.get(name);
    if (known) return known;
    const text = this.#storage.getText(bucketEntry(name));
    return text === undefined ? undefined : this.#remember(JSON.parse(text));
  }

  #put(bucket: Bucket): void {
    this.#storage.put(bucketEntry(bucket.name), JSON.stringify(bucket));
    this.#remember(bucket);
  }

  #remember(bucket: Bucket): Bucket {
    if (this.#known.size >= mostRemembered) this.#known.clear();
    this.#known.set(bucket.name, bucket);
    return bucket;
  }
}

const mostRemembered = 1_000;
