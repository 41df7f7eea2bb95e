import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import type { Progress } from '../progress.ts';
import { inParallel } from './in-parallel.ts';
import { readSetAside, recordsOf, type SetAside, Unreadable } from './set-aside.ts';

/** Where Lambda writes. https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const given = 'aws/lambda/';
/** What the command itself keeps, each beside the key of the object that it is about. */
const edited = 'redrive/edited/';
const partly = 'redrive/partly/';
const done = 'redrive/done/';
const dismissed = 'redrive/dismissed/';
const audit = 'redrive/audit/';

/** What is set aside and not redriven yet. */
export interface Pending {
  /** By function, and in the order of its stream. */
  readonly setAside: readonly SetAside[];
  /** Objects that can't be redriven, with the reason. */
  readonly unreadable: readonly { readonly objectKey: string; readonly reason: string }[];
}

/** The on-failure bucket: Lambda's objects, which are never changed, and what a redrive writes beside them. */
export class OnFailureBucket {
  readonly #s3: S3Client;
  readonly #bucket: string;

  constructor(s3: S3Client, bucket: string) {
    this.#s3 = s3;
    this.#bucket = bucket;
  }

  async pending(progress: Progress): Promise<Pending> {
    const [all, isDone, isDismissed, isPartly, isEdited] = await Promise.all(
      [given, done, dismissed, partly, edited].map((prefix) => this.#keys(prefix)),
    );
    const keys = [...(all ?? [])].filter((key) => !isDone?.has(key) && !isDismissed?.has(key));
    const ids = idsOf(keys);
    const setAside: SetAside[] = [];
    const unreadable: { objectKey: string; reason: string }[] = [];
    progress.begin('reading what is set aside', keys.length);
    let read = 0;
    await inParallel(keys, 16, async (objectKey) => {
      const kept = isPartly?.has(objectKey) ? await this.#read(partly + objectKey) : '[]';
      const change = isEdited?.has(objectKey) ? { edited: await this.#read(edited + objectKey) } : {};
      const body = await this.#read(objectKey);
      try {
        setAside.push(readSetAside(ids.get(objectKey) ?? '', objectKey, body, { done: JSON.parse(kept), ...change }));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        unreadable.push({ objectKey, reason: error.message });
      }
      progress.at(++read);
    });
    progress.end();
    return { setAside: setAside.sort(byFunctionAndPlace), unreadable };
  }

  /** The data, in base64, of the stream's records that were redriven as edited, by their sequence numbers. */
  async redrivenEdits(): Promise<ReadonlyMap<string, string>> {
    const [isDone, isPartly, isEdited] = await Promise.all([done, partly, edited].map((prefix) => this.#keys(prefix)));
    const edits = new Map<string, string>();
    await inParallel([...(isEdited ?? [])], 16, async (objectKey) => {
      if (!isDone?.has(objectKey) && !isPartly?.has(objectKey)) return;
      const some = isDone?.has(objectKey) ? undefined : JSON.parse(await this.#read(partly + objectKey));
      for (const { sequenceNumber, raw } of recordsOf(JSON.parse(await this.#read(edited + objectKey)))) {
        const { kinesis } = raw as { kinesis?: { data: string } };
        if (kinesis && (!some || some.includes(sequenceNumber))) edits.set(sequenceNumber, kinesis.data);
      }
    });
    return edits;
  }

  /** Every one of its records is done: it is set aside no more. */
  async markDone({ objectKey }: SetAside, auditKey: string): Promise<void> {
    await this.#write(done + objectKey, { audit: auditKey });
  }

  /** Nobody is to have it: it is set aside no more. */
  async markDismissed({ objectKey }: SetAside, auditKey: string): Promise<void> {
    await this.#write(dismissed + objectKey, { audit: auditKey });
  }

  /** Some of its records are done. */
  async markPartly({ objectKey }: SetAside, sequenceNumbers: readonly string[]): Promise<void> {
    await this.#write(partly + objectKey, sequenceNumbers);
  }

  /** What is sent from now on; the original stays as it is. */
  async edit({ objectKey }: SetAside, event: object): Promise<void> {
    await this.#write(edited + objectKey, event);
  }

  /** Where the audit record of a redrive at this moment lies. */
  auditKey({ objectKey }: SetAside, atMs: number): string {
    const at = new Date(atMs).toISOString();
    return `${audit}${at.slice(0, 10).replaceAll('-', '/')}/${at}-${objectKey.split('/').at(-1)}.json`;
  }

  writeAudit(auditKey: string, entry: object): Promise<void> {
    return this.#write(auditKey, entry);
  }

  /** The rest of each key below the prefix. */
  async #keys(prefix: string): Promise<Set<string>> {
    const keys = new Set<string>();
    const pages = paginateListObjectsV2({ client: this.#s3 }, { Bucket: this.#bucket, Prefix: prefix });
    for await (const { Contents = [] } of pages)
      for (const { Key = '' } of Contents) keys.add(prefix === given ? Key : Key.slice(prefix.length));
    return keys;
  }

  async #read(key: string): Promise<string> {
    const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.#bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  }

  async #write(key: string, value: object): Promise<void> {
    const Body = JSON.stringify(value);
    await this.#s3.send(
      new PutObjectCommand({ Bucket: this.#bucket, Key: key, Body, ContentType: 'application/json' }),
    );
  }
}

/** Of each key the first characters of its UUID, as many as tell all apart, eight at least. */
export const idsOf = (keys: readonly string[]): ReadonlyMap<string, string> => {
  const uuids = keys.map((key) => key.slice(-36));
  let length = 8;
  while (length < 36 && new Set(uuids.map((uuid) => uuid.slice(0, length))).size < uuids.length) length++;
  return new Map(keys.map((key, index) => [key, uuids[index]?.slice(0, length) ?? '']));
};

const byFunctionAndPlace = (one: SetAside, other: SetAside): number => {
  if (one.functionName !== other.functionName) return one.functionName < other.functionName ? -1 : 1;
  return Number(placeOf(one) - placeOf(other) > 0n) || -1;
};

const placeOf = ({ records: [first] }: SetAside): bigint => BigInt(first?.sequenceNumber ?? 0);
