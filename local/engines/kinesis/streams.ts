import { randomBytes } from 'node:crypto';
import type { Storage } from '../../storage/storage.ts';
import { constraintErrors, invalidArgument, notFound } from './errors.ts';
import type { OfStream } from './members.ts';
import { type StoredStream, Stream } from './stream.ts';

/** The account and the region that ARNs and messages name. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** All streams: in memory, and each as one JSON text in the store. */
export class Streams {
  readonly place: Place;
  private readonly storage: Storage;
  private readonly byName = new Map<string, Stream>();

  constructor(storage: Storage, place: Place) {
    this.storage = storage;
    this.place = place;
    this.load();
  }

  /** Reads all from the store, in the place of what is remembered. */
  load(): void {
    this.byName.clear();
    for (const [, text] of this.storage.texts({ gte: streamKey(''), lt: streamKey('~') })) {
      const stream = new Stream(JSON.parse(text) as StoredStream, undefined);
      this.byName.set(stream.name, stream);
    }
  }

  find(name: string): Stream | undefined {
    return this.byName.get(name);
  }

  /** By their names. */
  list(): Stream[] {
    return [...this.byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The stream that an input names, by its name or by its ARN. Throws a ResourceNotFoundException if there is none. */
  of(input: OfStream): Stream {
    const name = nameOf(input);
    const stream = this.byName.get(name);
    if (!stream) throw notFound(`Stream ${name} under account ${this.place.accountId} not found.`);
    return stream;
  }

  arnOf(stream: Stream): string {
    return `arn:aws:kinesis:${this.place.region}:${this.place.accountId}:stream/${stream.name}`;
  }

  add(stored: Omit<StoredStream, 'id'>): void {
    const stream = new Stream({ id: randomBytes(6).toString('hex'), ...stored }, 'new');
    this.save(stream);
  }

  /** Stores the changes, and remembers them. */
  change(stream: Stream, changes: Partial<Omit<StoredStream, 'id' | 'name'>>): Stream {
    const changed = new Stream({ ...stream.stored, ...changes }, stream);
    this.save(changed);
    return changed;
  }

  /** Deletes a stream; its records go in the background. */
  delete({ name, stored }: Stream): void {
    this.storage.delete(streamKey(name));
    this.storage.put(deletedKey(stored.id), '');
    this.byName.delete(name);
  }

  openShards(): number {
    let count = 0;
    for (const { open } of this.byName.values()) count += open.length;
    return count;
  }

  private save(stream: Stream): void {
    this.storage.put(streamKey(stream.name), JSON.stringify(stream.stored));
    this.byName.set(stream.name, stream);
  }
}

const streamKey = (name: string): string => `s/${name}`;
/** The mark of a stream whose records are not yet all deleted. */
export const deletedKey = (id: string): string => `d/${id}`;

/** Throws if the input names no stream, or two. */
export const nameOf = ({ StreamName: name, StreamARN: arn }: OfStream): string => {
  if (arn == null) {
    if (name == null)
      throw constraintErrors(["Value null at 'streamName' failed to satisfy constraint: Member must not be null"]);
    return name;
  }
  const inArn = arn.slice(arn.indexOf('/') + 1);
  if (name != null && name !== inArn) throw invalidArgument(`StreamName ${name} does not match StreamARN ${arn}.`);
  return inArn;
};
