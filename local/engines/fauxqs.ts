import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { buildApp } from 'fauxqs';
import type { Listing, ListingRequest } from './s3-listing.ts';

type App = ReturnType<typeof buildApp>;

/** A request and a reply of fauxqs's web framework, as far as they matter here. */
export interface Request {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  readonly params: unknown;
  readonly query: unknown;
  body: unknown;
}

export interface Reply {
  readonly statusCode: number;
  code(statusCode: number): Reply;
  header(name: string, value: string): Reply;
  send(payload: unknown): Reply;
}

/** An object as fauxqs keeps it; the body stays in its database. */
export interface StoredObject {
  readonly key: string;
}

interface Queue {
  url: string;
  persistence: unknown;
}

interface SqsStore {
  persistence: unknown;
  allQueues(): Iterable<Queue>;
}

export interface S3Store {
  persistence: unknown;
  readonly buckets: ReadonlyMap<string, Map<string, StoredObject>>;
  listObjects(bucket: string, request: ListingRequest): Listing;
  deleteObjects(bucket: string, keys: readonly string[]): void;
}

export interface Fauxqs {
  readonly app: App;
  readonly s3: S3Store;
  readonly sqs: SqsStore;
  /** Closes the database; no request may come after. */
  close(): Promise<void>;
}

/**
 * fauxqs over a folder, not listening yet.
 *
 * Its own start listens on every interface, and its `buildApp` keeps nothing, so the stores are put together here as
 * its own start does it, which needs its exact version: loading comes first, for a store that has its persistence
 * already deletes what it loads.
 */
export async function openFauxqs(path: string): Promise<Fauxqs> {
  const part = (file: string) => import(new URL(file, import.meta.resolve('fauxqs')).href);
  const [{ buildApp }, { PersistenceManager }, sqsTypes, { SqsStore }, { SnsStore }, { S3Store }] = await Promise.all([
    import('fauxqs'),
    part('persistence.js'),
    part('sqs/sqsTypes.js'),
    part('sqs/sqsStore.js'),
    part('sns/snsStore.js'),
    part('s3/s3Store.js'),
  ]);

  sqsTypes.INVALID_MESSAGE_BODY_CHAR.test = (body: string) => noMessageCharacter.test(body);
  const persistence = new PersistenceManager(path);
  // One process holds the folder; a commit reaches the operating system, so that only a power cut could lose it.
  persistence.db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE; COMMIT');
  const sqs = new SqsStore();
  sqs.host = ''; // so that a queue's URL is the address that the client called
  const sns = new SnsStore();
  const s3 = new S3Store();
  persistence.load(sqs, sns, s3);
  for (const store of [sqs, sns, s3, ...sqs.allQueues()]) store.persistence = persistence;

  const app = buildApp({ logger: false, stores: { sqsStore: sqs, snsStore: sns, s3Store: s3 } });
  const close = async () => {
    await app.close();
    persistence.close();
  };
  return { app, s3, sqs, close };
}

/**
 * fauxqs leaves out what lies beyond the basic plane, an emoji for one.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const noMessageCharacter = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
