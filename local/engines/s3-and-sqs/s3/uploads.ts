import { hash } from 'node:crypto';
import type { Storage } from '../../../storage/storage.ts';
import type { Bodies, Part } from './bodies.ts';
import { type Algorithm, type Checksum, checksumOf, compositeChecksum } from './checksums.ts';
import { invalidArgument, invalidRequest, S3Error } from './errors.ts';
import { uploadEntry } from './keys.ts';
import type { Draft } from './objects.ts';
import type { Payload } from './payload.ts';

export interface Upload {
  readonly id: string;
  readonly initiated: number;
  /** Of the object that it becomes. */
  readonly headers: Readonly<Record<string, string>>;
  readonly checksum?: { readonly algorithm: Algorithm; readonly type: Checksum['type'] } | undefined;
}

/** A part as the request that completes the upload names it. */
export interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

const smallestPart = 5 * 1_048_576;

/** Multipart uploads that are neither completed nor aborted. The id of an upload is that of its body. */
export class Uploads {
  readonly #storage: Storage;
  readonly #bodies: Bodies;

  constructor(storage: Storage, bodies: Bodies) {
    this.#storage = storage;
    this.#bodies = bodies;
  }

  create(bucket: string, key: string, upload: Omit<Upload, 'id'>): Upload {
    const created = { ...upload, id: this.#bodies.newId() };
    this.#storage.put(uploadEntry(bucket, key, created.id), JSON.stringify(created));
    return created;
  }

  get(bucket: string, key: string, id: string): Upload {
    const text = this.#storage.getText(uploadEntry(bucket, key, id));
    if (text !== undefined) return JSON.parse(text);
    const message =
      'The specified multipart upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
    throw new S3Error(404, 'NoSuchUpload', message);
  }

  putPart({ id, checksum: wanted }: Upload, number: number, { bytes, md5, checksum }: Payload, modified: number): Part {
    if (!(number >= 1 && number <= 10_000))
      throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive');
    if (wanted && checksum && wanted.algorithm !== checksum.algorithm) {
      throw invalidRequest(
        `Checksum Type mismatch occurred, expected checksum Type: ${wanted.algorithm.toLowerCase()}, actual checksum Type: ${checksum.algorithm.toLowerCase()}`,
      );
    }
    const value = wanted ? (checksum?.value ?? checksumOf(wanted.algorithm, [bytes])) : undefined;
    const part: Part = { number, size: bytes.length, md5, modified, ...(value !== undefined && { checksum: value }) };
    this.#bodies.putPart(id, part, bytes);
    return part;
  }

  abort(bucket: string, key: string, id: string): void {
    this.get(bucket, key, id);
    this.#storage.delete(uploadEntry(bucket, key, id));
    this.#bodies.drop({ id });
  }

  /** The object that the named parts make; throws if one is missing or too small. */
  check(upload: Upload, named: readonly NamedPart[]): readonly Part[] {
    const parts = named.map(({ number, etag }, index) => {
      if (number <= (named[index - 1]?.number ?? 0)) throw invalidPartOrder();
      const part = this.#bodies.part(upload.id, number);
      if (part?.md5 !== etag) throw invalidPart();
      return part;
    });
    if (parts.slice(0, -1).some(({ size }) => size < smallestPart))
      throw new S3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    return parts;
  }

  /** Ends an upload: its body has exactly these parts from now on. */
  complete(bucket: string, key: string, upload: Upload, parts: readonly Part[]): Draft {
    const { id, headers, checksum } = upload;
    const chosen = new Set(parts.map(({ number }) => number));
    for (const { number } of [...this.#bodies.parts(id)]) if (!chosen.has(number)) this.#bodies.removePart(id, number);
    this.#storage.delete(uploadEntry(bucket, key, id));
    const md5s = Buffer.concat(parts.map(({ md5 }) => Buffer.from(md5, 'hex')));
    const body = { id, size: parts.reduce((sum, { size }) => sum + size, 0), parts: parts.length };
    const whole = (): Checksum | undefined => {
      if (!checksum) return undefined;
      const { algorithm, type } = checksum;
      if (type === 'COMPOSITE')
        return compositeChecksum(
          algorithm,
          parts.map((part) => part.checksum ?? ''),
        );
      return { algorithm, type, value: checksumOf(algorithm, this.#bodies.read(body)) };
    };
    return { body, headers, etag: `${hash('md5', md5s)}-${parts.length}`, checksum: whole() };
  }
}

const invalidPart = () =>
  new S3Error(
    400,
    'InvalidPart',
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  );

const invalidPartOrder = () =>
  new S3Error(
    400,
    'InvalidPartOrder',
    'The list of parts was not in ascending order. The parts list must be specified in order by part number.',
  );
