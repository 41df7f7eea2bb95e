import { hash } from 'node:crypto';
import type { Condition, Entry, ListRequest, Page, Part, Read, Removed, Written } from './driver.ts';

interface Version {
  readonly id: string;
  /** Versions of a key are in the order in which they came. */
  readonly at: number;
  /** None of a delete marker. */
  readonly body?: Buffer;
  readonly etag?: string;
}

/** Where a page of versions ended: at a version, or at a common prefix. */
export interface VersionPlace {
  readonly key: string;
  readonly versionId: string | undefined;
  readonly at: number | undefined;
}

interface Upload {
  readonly id: string;
  readonly key: string;
  readonly parts: Map<number, Buffer>;
}

/** What a bucket of S3 does, in the simplest way that there is: maps, sorted when they are listed. */
export class Model {
  /** Versions by key, the newest first. */
  readonly versions = new Map<string, Version[]>();
  readonly uploads: Upload[] = [];
  versioning: 'Enabled' | 'Suspended' | undefined;
  #ids = 0;
  #versions = 0;

  put(key: string, body: Buffer, condition: Condition, id: string | undefined, etag = hash('md5', body)): Written {
    this.#check(key, condition);
    return { etag, versionId: this.#add(key, { body, etag }, id) };
  }

  get(key: string, { versionId, range }: { versionId?: string; range?: readonly [number, number] }): Read {
    const version = this.#find(key, versionId);
    const { body = Buffer.alloc(0), etag = '', id } = version;
    if (range && range[0] >= body.length) throw refusal('InvalidRange');
    const bytes = range ? body.subarray(range[0], range[1] + 1) : body;
    return { body: bytes, etag, size: bytes.length, versionId: this.versioning && id };
  }

  head(key: string): Omit<Read, 'body'> {
    const newest = this.versions.get(key)?.[0];
    if (!newest?.body) throw refusal('NotFound');
    const { body: _, ...about } = this.get(key, {});
    return about;
  }

  remove(key: string, versionId: string | undefined, newId: string | undefined): Removed {
    if (versionId !== undefined) {
      const versions = this.versions.get(key) ?? [];
      const found = versions.find(({ id }) => id === versionId);
      this.#set(
        key,
        versions.filter((version) => version !== found),
      );
      return { versionId: this.versioning && versionId, isMarker: found !== undefined && !found.body };
    }
    if (this.versioning === undefined) {
      this.versions.delete(key);
      return { versionId: undefined, isMarker: false };
    }
    return { versionId: this.#add(key, {}, newId), isMarker: true };
  }

  copy(from: string, to: string, id: string | undefined): Written {
    const { body = Buffer.alloc(0), etag = '' } = this.#find(from, undefined);
    if (from === to) throw refusal('InvalidRequest');
    return this.put(to, body, {}, id, etag.includes('-') ? hash('md5', body) : etag);
  }

  list({ prefix, delimiter, maxKeys }: ListRequest, after: string | undefined): Page & { last: string | undefined } {
    const current = (key: string): Entry[] => {
      const { body, etag } = this.versions.get(key)?.[0] ?? {};
      return body ? [{ key, etag, size: body.length, versionId: undefined, isLatest: undefined }] : [];
    };
    const page = this.#page(
      prefix,
      delimiter,
      maxKeys,
      current,
      (key, group) => after === undefined || (isAfter(key, after) && group !== after),
    );
    return { ...page, last: page.last?.key };
  }

  /** After a version that is gone, those that were older follow; after a null version that is gone, the next key. */
  listVersions({ prefix, delimiter, maxKeys }: ListRequest, after: VersionPlace | undefined) {
    const isNull = after?.versionId === 'null';
    const place = isNull ? this.versions.get(after.key)?.find(({ id }) => id === 'null')?.at : after?.at;
    const all = (key: string): Entry[] =>
      (this.versions.get(key) ?? []).flatMap(({ id, at, body, etag }, index) =>
        key === after?.key && !(place !== undefined && at < place)
          ? []
          : [{ key, etag, size: body?.length, versionId: id, isLatest: index === 0 }],
      );
    return this.#page(prefix, delimiter, maxKeys, all, (key, group) => {
      if (after === undefined || (key === after.key && place !== undefined)) return true;
      return isAfter(key, after.key) && group !== after.key;
    });
  }

  placeOf(key: string, versionId: string | undefined): VersionPlace {
    return { key, versionId, at: this.versions.get(key)?.find(({ id }) => id === versionId)?.at };
  }

  createUpload(key: string, id: string): void {
    this.uploads.push({ id, key, parts: new Map() });
  }

  putPart(upload: Upload, number: number, body: Buffer): { etag: string } {
    upload.parts.set(number, body);
    return { etag: hash('md5', body) };
  }

  parts({ parts }: Upload): Part[] {
    return [...parts].sort(([a], [b]) => a - b).map(([number, body]) => ({ number, etag: hash('md5', body) }));
  }

  complete(upload: Upload, named: readonly Part[], id: string | undefined): Written {
    if (named.length === 0) throw refusal('MalformedXML');
    const bodies = named.map(({ number }) => upload.parts.get(number) ?? Buffer.alloc(0));
    if (bodies.slice(0, -1).some(({ length }) => length < 5 * 1_048_576)) throw refusal('EntityTooSmall');
    const md5s = Buffer.concat(bodies.map((body) => Buffer.from(hash('md5', body), 'hex')));
    this.abort(upload);
    return this.put(upload.key, Buffer.concat(bodies), {}, id, `${hash('md5', md5s)}-${bodies.length}`);
  }

  abort(upload: Upload): void {
    this.uploads.splice(this.uploads.indexOf(upload), 1);
  }

  #page(
    prefix: string,
    delimiter: string,
    maxKeys: number,
    entriesOf: (key: string) => Entry[],
    isWanted: (key: string, group: string | undefined) => boolean,
  ) {
    const entries: Entry[] = [];
    const prefixes: string[] = [];
    let last: { key: string; versionId?: string | undefined } | undefined;
    for (const key of [...this.versions.keys()].sort(byBytes)) {
      if (!key.startsWith(prefix)) continue;
      const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
      const group = end < 0 ? undefined : key.slice(0, end + delimiter.length);
      if (!isWanted(key, group)) continue;
      for (const entry of entriesOf(key)) {
        if (group !== undefined && prefixes.at(-1) === group) continue;
        if (entries.length + prefixes.length >= maxKeys) return { entries, prefixes, token: 'more', last };
        if (group === undefined) entries.push(entry);
        else prefixes.push(group);
        last = group === undefined ? { key, versionId: entry.versionId } : { key: group };
      }
    }
    return { entries, prefixes, token: undefined, last };
  }

  #find(key: string, versionId: string | undefined): Version {
    const versions = this.versions.get(key) ?? [];
    const version = versionId === undefined ? versions[0] : versions.find(({ id }) => id === versionId);
    if (versionId === undefined && !version?.body) throw refusal('NoSuchKey');
    if (!version) throw refusal('NoSuchVersion');
    if (!version.body) throw refusal('MethodNotAllowed');
    return version;
  }

  #check(key: string, { ifMatch, ifNoneMatch }: Condition): void {
    const newest = this.versions.get(key)?.[0];
    if (ifNoneMatch && newest?.body) throw refusal('PreconditionFailed');
    if (ifMatch !== undefined && !newest?.body) throw refusal('NoSuchKey');
    if (ifMatch !== undefined && newest?.etag !== ifMatch) throw refusal('PreconditionFailed');
  }

  #add(key: string, content: Omit<Version, 'id' | 'at'>, id: string | undefined): string | undefined {
    const older = this.versions.get(key) ?? [];
    const version = { ...content, at: this.#versions++ };
    if (this.versioning !== 'Enabled') {
      this.#set(key, [{ ...version, id: 'null' }, ...older.filter((other) => other.id !== 'null')]);
      return this.versioning && 'null';
    }
    const own = id ?? `model-${this.#ids++}`;
    this.#set(key, [{ ...version, id: own }, ...older]);
    return own;
  }

  #set(key: string, versions: Version[]): void {
    if (versions.length === 0) this.versions.delete(key);
    else this.versions.set(key, versions);
  }
}

const refusal = (name: string) => Object.assign(new Error(name), { name });
const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const isAfter = (a: string, b: string) => byBytes(a, b) > 0;
