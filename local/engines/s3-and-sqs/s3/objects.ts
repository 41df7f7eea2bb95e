import type { Storage } from '../../../storage/storage.ts';
import { descending, digits, type Sequence } from '../sequence.ts';
import type { Bodies, Body } from './bodies.ts';
import type { Bucket } from './buckets.ts';
import type { Checksum } from './checksums.ts';
import { invalidArgument, noSuchKey, noSuchVersion, S3Error } from './errors.ts';
import { after, versionsOf } from './keys.ts';

/** What an object consists of, but for its version. */
export interface Draft {
  readonly body: Body;
  /** Without its quotes. */
  readonly etag: string;
  /** What `GetObject` answers with it: `content-type`, `x-amz-meta-…` */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum?: Checksum | undefined;
}

export interface StoredObject extends Draft {
  /** `null` if it was written while versioning was off. */
  readonly versionId: string;
  readonly modified: number;
}

export interface DeleteMarker {
  readonly isMarker: true;
  readonly versionId: string;
  readonly modified: number;
}

export type Version = StoredObject | DeleteMarker;

export const isMarker = (version: Version): version is DeleteMarker => 'isMarker' in version;

/** The place of what was written before versioning was first enabled: after all versions. */
const oldest = '~';
const nullVersion = 'null';

/** What `DeleteObject` did: the version that it removed, or the delete marker that it added. */
export interface Deleted {
  readonly versionId?: string;
  readonly isMarker: boolean;
}

/** The objects of all buckets. Each method reads and writes in the turn that calls it. */
export class Objects {
  readonly #storage: Storage;
  readonly #bodies: Bodies;
  readonly #sequence: Sequence;

  constructor(storage: Storage, bodies: Bodies, sequence: Sequence) {
    this.#storage = storage;
    this.#bodies = bodies;
    this.#sequence = sequence;
  }

  /** The newest version of a key, which may be a delete marker. */
  newest(bucket: Bucket, key: string): Version | undefined {
    const versions = versionsOf(bucket.name, key);
    if (bucket.versioning === undefined) return parsed(this.#storage.getText(versions + oldest));
    for (const [, text] of this.#storage.texts({ gte: versions, lt: after(versions), limit: 1 })) return parsed(text);
    return undefined;
  }

  /** The object that the key stands for now. */
  current(bucket: Bucket, key: string): StoredObject | undefined {
    const version = this.newest(bucket, key);
    return version === undefined || isMarker(version) ? undefined : version;
  }

  /** The object that a request names; throws `NoSuchKey` and the like. */
  get(bucket: Bucket, key: string, versionId?: string): StoredObject {
    if (versionId === undefined) {
      const newest = this.newest(bucket, key);
      if (newest === undefined) throw noSuchKey();
      if (isMarker(newest)) throw noSuchKey(markerHeaders(newest));
      return newest;
    }
    const version = this.#find(bucket, key, versionId)?.version;
    if (version === undefined) throw noSuchVersion();
    if (isMarker(version)) {
      const message = 'The specified method is not allowed against this resource.';
      throw new S3Error(405, 'MethodNotAllowed', message, markerHeaders(version));
    }
    return version;
  }

  put(bucket: Bucket, key: string, draft: Draft, now: number): StoredObject {
    return this.#add(bucket, key, (versionId) => ({ ...draft, versionId, modified: now }));
  }

  /** Removes a version, or what the key stands for: a delete marker takes its place if the bucket keeps versions. */
  delete(bucket: Bucket, key: string, now: number, versionId?: string): Deleted {
    if (versionId !== undefined) {
      const found = this.#find(bucket, key, versionId);
      if (found) this.#remove(found.entry, found.version);
      return { versionId, isMarker: found !== undefined && isMarker(found.version) };
    }
    if (bucket.versioning === undefined) {
      this.#removeNull(bucket, key);
      return { isMarker: false };
    }
    const marker = this.#add(bucket, key, (id) => ({ isMarker: true, versionId: id, modified: now }) as const);
    return { versionId: marker.versionId, isMarker: true };
  }

  /** The place of a version among those of its key, for a listing that goes on after it. */
  placeOf(bucket: Bucket, key: string, versionId: string): string | undefined {
    const entry = this.#find(bucket, key, versionId)?.entry;
    if (entry !== undefined) return entry;
    return versionId === nullVersion ? undefined : versionsOf(bucket.name, key) + versionId;
  }

  #add<V extends Version>(bucket: Bucket, key: string, make: (versionId: string) => V): V {
    if (bucket.versioning !== 'Enabled') this.#removeNull(bucket, key);
    const place = bucket.versioning === undefined ? oldest : descending(this.#sequence.next());
    const version = make(bucket.versioning === 'Enabled' ? place : nullVersion);
    this.#storage.put(versionsOf(bucket.name, key) + place, JSON.stringify(version));
    return version;
  }

  #removeNull(bucket: Bucket, key: string): void {
    const found = this.#find(bucket, key, nullVersion);
    if (found) this.#remove(found.entry, found.version);
  }

  #remove(entry: string, version: Version): void {
    this.#storage.delete(entry);
    if (!isMarker(version)) this.#bodies.drop(version.body);
  }

  #find(bucket: Bucket, key: string, versionId: string): { entry: string; version: Version } | undefined {
    const versions = versionsOf(bucket.name, key);
    if (versionId !== nullVersion && !isVersionId.test(versionId))
      throw invalidArgument('Invalid version id specified');
    if (versionId !== nullVersion || bucket.versioning === undefined) {
      const entry = versions + (versionId === nullVersion ? oldest : versionId);
      const version = parsed(this.#storage.getText(entry));
      return version && { entry, version };
    }
    for (const [entry, text] of this.#storage.texts({ gte: versions, lt: after(versions) })) {
      const version = parsed(text) as Version;
      if (version.versionId === nullVersion) return { entry, version };
    }
    return undefined;
  }
}

const isVersionId = new RegExp(`^\\d{${digits}}$`);

const parsed = (text: string | undefined): Version | undefined =>
  text === undefined ? undefined : (JSON.parse(text) as Version);

const markerHeaders = ({ versionId }: DeleteMarker) => ({
  'x-amz-delete-marker': 'true',
  'x-amz-version-id': versionId,
});
