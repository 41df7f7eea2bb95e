import type { Storage } from '../../../storage/storage.ts';
import { ascending, type Sequence } from '../sequence.ts';
import { after } from './keys.ts';

/** Where the bytes of an object lie. */
export interface Body {
  readonly id: string;
  readonly size: number;
  /** How many parts it was uploaded in, if in parts. */
  readonly parts?: number;
}

/** A part of a multipart upload, and later of its object. */
export interface Part {
  readonly number: number;
  readonly size: number;
  /** MD5 in hexadecimal. */
  readonly md5: string;
  readonly modified: number;
  readonly checksum?: string;
}

const chunkBytes = 256 * 1_024;
const partDigits = 5;

const bodyOf = (id: string) => `body~${id}~`;
const chunksOf = (id: string, part: number) => `${bodyOf(id)}${String(part).padStart(partDigits, '0')}~`;
const partsOf = (id: string) => `part~${id}~`;
const partEntry = (id: string, part: number) => partsOf(id) + String(part).padStart(partDigits, '0');
const garbage = 'garbage~';

/** The bytes of all objects, in chunks. A body that is being read stays until the last reader lets go of it. */
export class Bodies {
  readonly #storage: Storage;
  readonly #sequence: Sequence;
  readonly #readers = new Map<string, number>();

  constructor(storage: Storage, sequence: Sequence) {
    this.#storage = storage;
    this.#sequence = sequence;
    for (const entry of storage.keys({ gte: garbage, lt: after(garbage) })) this.#remove(entry.slice(garbage.length));
  }

  newId(): string {
    return ascending(this.#sequence.next());
  }

  put(bytes: Uint8Array): Body {
    const id = this.newId();
    this.#write(id, 0, bytes);
    return { id, size: bytes.length };
  }

  putPart(id: string, part: Part, bytes: Uint8Array): void {
    this.removePart(id, part.number);
    this.#storage.put(partEntry(id, part.number), JSON.stringify(part));
    this.#write(id, part.number, bytes);
  }

  /** The parts of a body from a number on, in order. */
  *parts(id: string, from = 1): Generator<Part, void, undefined> {
    const range = { gte: partEntry(id, from), lt: after(partsOf(id)) };
    for (const [, text] of this.#storage.texts(range)) yield JSON.parse(text);
  }

  part(id: string, number: number): Part | undefined {
    const text = this.#storage.getText(partEntry(id, number));
    return text === undefined ? undefined : JSON.parse(text);
  }

  removePart(id: string, number: number): void {
    if (!this.#storage.has(partEntry(id, number))) return;
    const chunks = chunksOf(id, number);
    this.#storage.delete(partEntry(id, number));
    this.#storage.deleteRange({ gte: chunks, lt: after(chunks) });
  }

  /** A copy in one piece; its parts are not copied. */
  copy(body: Body): Body {
    const id = this.newId();
    let chunk = 0;
    for (const bytes of this.read(body)) this.#storage.put(chunksOf(id, 0) + ascending(chunk++), bytes);
    return { id, size: body.size };
  }

  /** The bytes from `start` to before `end`, chunk by chunk. */
  *read(body: Body, start = 0, end = body.size): Generator<Uint8Array, void, undefined> {
    let at = 0;
    for (const { number, size } of body.parts === undefined ? [{ number: 0, size: body.size }] : this.parts(body.id)) {
      if (at + size > start && at < end)
        yield* this.#readPart(body.id, number, Math.max(0, start - at), Math.min(size, end - at));
      at += size;
      if (at >= end) return;
    }
  }

  /** Keeps a body until the function that it answers is called. */
  hold({ id }: Body): () => void {
    this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const others = (this.#readers.get(id) ?? 1) - 1;
      if (others > 0) return void this.#readers.set(id, others);
      this.#readers.delete(id);
      if (this.#storage.has(garbage + id)) this.#remove(id);
    };
  }

  /** Deletes a body once nobody reads it. */
  drop({ id }: Pick<Body, 'id'>): void {
    if (this.#readers.has(id)) this.#storage.put(garbage + id, '');
    else this.#remove(id);
  }

  #write(id: string, part: number, bytes: Uint8Array): void {
    const chunks = chunksOf(id, part);
    for (let at = 0, chunk = 0; at < bytes.length; at += chunkBytes)
      this.#storage.put(chunks + ascending(chunk++), bytes.subarray(at, at + chunkBytes));
  }

  *#readPart(id: string, part: number, start: number, end: number): Generator<Uint8Array, void, undefined> {
    const chunks = chunksOf(id, part);
    for (let chunk = Math.floor(start / chunkBytes); chunk * chunkBytes < end; chunk++) {
      const bytes = this.#storage.get(chunks + ascending(chunk));
      if (!(bytes instanceof Uint8Array)) throw new Error(`a chunk of the body ${id} is gone`);
      const from = chunk * chunkBytes;
      const isWhole = start <= from && end >= from + bytes.length;
      yield isWhole ? bytes : bytes.subarray(Math.max(0, start - from), end - from);
    }
  }

  #remove(id: string): void {
    for (const entries of [bodyOf(id), partsOf(id)]) this.#storage.deleteRange({ gte: entries, lt: after(entries) });
    this.#storage.delete(garbage + id);
  }
}
