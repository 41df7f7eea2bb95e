import { isDeepStrictEqual } from 'node:util';
import type { Entry, ListRequest, Page, S3Driver } from './driver.ts';
import { Model, type VersionPlace } from './model.ts';
import { bodyOf, type Operation } from './operations.ts';

/** A listing that is held open. */
interface Held {
  readonly isOfVersions: boolean;
  readonly request: ListRequest;
  /** Of the implementation. */
  readonly token: string | undefined;
  /** Of the model. */
  readonly after: VersionPlace;
}

/** Gives one bucket of an implementation and a model the same operations, and compares what both answer. */
export class Run {
  readonly model = new Model();
  readonly #driver: S3Driver | undefined;
  readonly #bucket: string;
  readonly #held: Held[] = [];
  #uploads = 0;

  /** Without a driver, only the model runs. */
  constructor(bucket: string, driver?: S3Driver) {
    this.#bucket = bucket;
    this.#driver = driver;
  }

  /** Throws where the implementation differs from the model. */
  async step(operation: Operation): Promise<void> {
    const { model } = this;
    const driver = this.#driver;
    const bucket = this.#bucket;
    switch (operation.do) {
      case 'put': {
        const { key, when } = operation;
        const body = bodyOf(operation.body);
        const etag = model.versions.get(key)?.[0]?.etag ?? 'none';
        const condition = {
          ...(when === 'absent' && { ifNoneMatch: '*' as const }),
          ...((when === 'same' || when === 'other') && { ifMatch: when === 'same' ? etag : 'other' }),
        };
        return this.#compare(operation, driver?.put(bucket, key, body, condition), (id) =>
          model.put(key, body, condition, id),
        );
      }
      case 'get': {
        const { key, range } = operation;
        const versionId = this.#version(key, operation.version);
        if (operation.version !== undefined && versionId === undefined) return;
        const which = versionId === undefined ? {} : { versionId };
        const asked = { ...which, ...(range && { range: `bytes=${range.join('-')}` }) };
        return this.#compare(operation, driver?.get(bucket, key, asked), () =>
          model.get(key, { ...which, ...(range && { range }) }),
        );
      }
      case 'head':
        return this.#compare(operation, driver?.head(bucket, operation.key), () => model.head(operation.key));
      case 'remove':
        return this.#compare(operation, driver?.remove(bucket, operation.key), (id) =>
          model.remove(operation.key, undefined, id),
        );
      case 'removeVersion': {
        const id = this.#version(operation.key, operation.version);
        if (id === undefined) return;
        return this.#compare(operation, driver?.remove(bucket, operation.key, id), () =>
          model.remove(operation.key, id, undefined),
        );
      }
      case 'removeMany':
        // The versions of the delete markers are in the listing only.
        if (model.versioning === 'Enabled') return;
        return this.#compare(operation, driver?.removeMany(bucket, operation.keys), () => {
          for (const key of operation.keys) model.remove(key, undefined, undefined);
          return [...operation.keys];
        });
      case 'copy':
        return this.#compare(operation, driver?.copy(bucket, operation.from, operation.to), (id) =>
          model.copy(operation.from, operation.to, id),
        );
      case 'list':
      case 'listVersions': {
        const { prefix, delimiter, maxKeys } = operation;
        return this.#page(operation, {
          isOfVersions: operation.do === 'listVersions',
          request: { prefix, delimiter, maxKeys },
        });
      }
      case 'nextPage': {
        const [held] = this.#held.splice(operation.page % Math.max(1, this.#held.length), 1);
        return held && this.#page(operation, held);
      }
      case 'setVersioning':
        await driver?.setVersioning(bucket, operation.status);
        model.versioning = operation.status;
        return;
      case 'createUpload': {
        const id = (await driver?.createUpload(bucket, operation.key)) ?? `upload-${this.#uploads++}`;
        return model.createUpload(operation.key, id);
      }
      case 'settle':
        return driver?.settle();
      case 'restart':
        return driver?.restart();
      default:
        return this.#multipart(operation);
    }
  }

  /** Removes all that the model knows of; throws if anything is left. */
  async end(): Promise<void> {
    const driver = this.#driver;
    for (const { key, id } of this.model.uploads) await driver?.abort(this.#bucket, key, id);
    for (const [key, versions] of this.model.versions)
      for (const { id } of versions) await driver?.remove(this.#bucket, key, this.model.versioning && id);
    await driver?.deleteBucket(this.#bucket);
    await driver?.settle();
    const left = driver?.leftOver?.() ?? [];
    if (left.length > 0) throw new Error(`left in the store: ${left.join(', ')}`);
  }

  #multipart(operation: Extract<Operation, { upload: number }>): Promise<void> | undefined {
    const { model } = this;
    const driver = this.#driver;
    const upload = model.uploads[operation.upload % Math.max(1, model.uploads.length)];
    if (!upload) return undefined;
    const { key, id } = upload;
    switch (operation.do) {
      case 'uploadPart': {
        const body = bodyOf(operation.body);
        const { number } = operation;
        const sent = driver?.uploadPart(this.#bucket, key, id, number, body).then(({ etag }) => ({ etag }));
        return this.#compare(operation, sent, () => model.putPart(upload, number, body));
      }
      case 'complete': {
        const parts = model.parts(upload).filter(({ number }) => number !== operation.leftOut);
        return this.#compare(operation, driver?.complete(this.#bucket, key, id, parts), (version) =>
          model.complete(upload, parts, version),
        );
      }
      case 'listParts':
        return this.#compare(operation, driver?.listParts(this.#bucket, key, id), () => model.parts(upload));
      case 'abort':
        return this.#compare(operation, driver?.abort(this.#bucket, key, id), () => model.abort(upload));
    }
  }

  async #page(operation: Operation, held: Omit<Held, 'token' | 'after'> & Partial<Held>): Promise<void> {
    const { isOfVersions, after: before } = held;
    const request = { ...held.request, token: held.token };
    const call = isOfVersions
      ? this.#driver?.listVersions(this.#bucket, request)
      : this.#driver?.list(this.#bucket, request);
    const next: { token?: string | undefined; last?: { key: string; versionId?: string | undefined } | undefined } = {};
    await this.#compare(
      operation,
      call?.then(({ token, ...page }) => {
        next.token = token;
        return { ...page, isTruncated: token !== undefined };
      }),
      () => {
        const page: Page & { last: unknown } = isOfVersions
          ? this.model.listVersions(held.request, before)
          : this.model.list(held.request, before?.key);
        const { last: end, token: more, ...rest } = page;
        if (more !== undefined) next.last = typeof end === 'string' ? { key: end } : (end as typeof next.last);
        const { entries } = rest;
        const isMarker = ({ etag }: Entry) => etag === undefined;
        const markersLast = [...entries.filter((entry) => !isMarker(entry)), ...entries.filter(isMarker)];
        const ordered = this.#driver?.listsMarkersLast ? markersLast : entries;
        return { ...rest, entries: ordered, isTruncated: more !== undefined };
      },
    );
    const { token, last } = next;
    if (last === undefined) return;
    const after = this.model.placeOf(last.key, last.versionId);
    this.#held.push({ isOfVersions, request: held.request, token, after });
    if (this.#held.length > 8) this.#held.shift();
  }

  #version(key: string, number: number | undefined): string | undefined {
    const versions = this.model.versions.get(key) ?? [];
    return number === undefined ? undefined : versions[number % Math.max(1, versions.length)]?.id;
  }

  async #compare(
    operation: Operation,
    call: Promise<unknown> | undefined,
    expect: (versionId: string | undefined) => unknown,
  ): Promise<void> {
    const actual = call && (await outcomeOf(() => call));
    const id = (actual?.value as { versionId?: string } | undefined)?.versionId;
    const expected = await outcomeOf(async () => expect(id));
    if (actual && !isDeepStrictEqual(actual, expected)) {
      throw new Error(`${JSON.stringify(operation)} answered ${shown(actual)} instead of ${shown(expected)}`);
    }
  }
}

interface Outcome {
  readonly value?: unknown;
  readonly error?: string;
}

const outcomeOf = async (call: () => Promise<unknown>): Promise<Outcome> => {
  try {
    return { value: await call() };
  } catch (error) {
    const { name, message } = error as Error;
    return { error: name === 'Error' || name.endsWith('TypeError') ? `${name}: ${message}` : name };
  }
};

const shown = (outcome: Outcome): string =>
  JSON.stringify(outcome, (_, value) => (value?.type === 'Buffer' ? `${value.data.length} bytes` : value)).slice(
    0,
    2_000,
  );
