import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetItemCommand, DynamoDBClient, GetItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { HeadObjectCommand, NotFound, paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import { engineSettings } from './engine-settings.ts';
import { orderKey } from './orders.ts';

const keysACall = 100;
const keysAGlance = 5;
const pauseMs = 10;
const timeoutMs = 60_000;

export interface StoresOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly table: string;
  readonly bucket: string;
}

/** The two stores of the orders, looked at from outside. */
export class Stores {
  readonly #dynamodb: DynamoDBClient;
  readonly #s3: S3Client;
  readonly #table: string;
  readonly #bucket: string;

  constructor({ environment, table, bucket }: StoresOptions) {
    this.#dynamodb = new DynamoDBClient(engineSettings(environment, 'DYNAMODB'));
    this.#s3 = new S3Client(engineSettings(environment, 'S3'));
    this.#table = table;
    this.#bucket = bucket;
  }

  /**
   * When the last of the orders up to number `held` came to lie in the later of the two stores, in milliseconds since
   * the epoch; waits for it.
   *
   * Looks at the table for the last five alone until these are there, then for the last thousand, which are the last in
   * their shards, and takes the bucket's word for the times there, so that the looking takes next to nothing from the
   * work that it waits for. What it then reports it has counted, all of it. Only exact while fewer than a thousand orders
   * are under way in a shard's last batch.
   */
  async allThere(held: number): Promise<number> {
    const deadline = Date.now() + timeoutMs;
    const last = Array.from({ length: Math.min(1_000, held) }, (_, index) => held - 1 - index);
    for (let keys = keysAGlance; last.length > 0; keys = keysACall) {
      let missing = await this.#missing(last.splice(0, keys));
      while (missing.length > 0) {
        await pause(deadline, `${held} orders in the table`);
        missing = await this.#missing(missing);
      }
    }
    let inTable = Date.now();
    while ((await this.#countItems()) < held) {
      await pause(deadline, `${held} orders in the table`);
      inTable = Date.now();
    }
    for (;;) {
      const { count, newest } = await this.#invoices();
      if (count >= held) return Math.max(inTable, newest);
      await pause(deadline, `${held} invoices in the bucket`);
    }
  }

  /** Waits, asking each again at once, until both stores have the order. */
  async bothHave(accountid: string, vendorid: string, eventId: string): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    const Key = { accountid: { S: accountid }, vendorid: { S: vendorid } };
    const item = { TableName: this.#table, Key, ConsistentRead: true };
    const invoice = { Bucket: this.#bucket, Key: `invoices/${accountid}/${vendorid}/${eventId}.json` };
    const inTable = async () => (await this.#dynamodb.send(new GetItemCommand(item))).Item !== undefined;
    const inBucket = () =>
      this.#s3.send(new HeadObjectCommand(invoice)).then(
        () => true,
        (error) => {
          if (error instanceof NotFound) return false;
          throw error;
        },
      );
    await Promise.all([
      until(inTable, deadline, `the item of ${eventId}`),
      until(inBucket, deadline, `the invoice of ${eventId}`),
    ]);
  }

  close(): void {
    this.#dynamodb.destroy();
    this.#s3.destroy();
  }

  async #missing(numbers: readonly number[]): Promise<number[]> {
    const Keys = numbers
      .map(orderKey)
      .map(({ accountid, vendorid }) => ({ accountid: { S: accountid }, vendorid: { S: vendorid } }));
    const { Responses } = await this.#dynamodb.send(
      new BatchGetItemCommand({
        RequestItems: { [this.#table]: { Keys, ProjectionExpression: 'vendorid', ConsistentRead: true } },
      }),
    );
    const found = new Set(Responses?.[this.#table]?.map((item) => item.vendorid?.S));
    return numbers.filter((number) => !found.has(orderKey(number).vendorid));
  }

  async #countItems(): Promise<number> {
    let count = 0;
    const ask = { TableName: this.#table, Select: 'COUNT', ConsistentRead: true } as const;
    for await (const page of paginateScan({ client: this.#dynamodb }, ask)) count += page.Count ?? 0;
    return count;
  }

  async #invoices(): Promise<{ count: number; newest: number }> {
    let count = 0;
    let newest = 0;
    const ask = { Bucket: this.#bucket, Prefix: 'invoices/' };
    for await (const page of paginateListObjectsV2({ client: this.#s3 }, ask)) {
      count += page.KeyCount ?? 0;
      for (const { LastModified } of page.Contents ?? []) newest = Math.max(newest, LastModified?.getTime() ?? 0);
    }
    return { count, newest };
  }
}

async function until(isSo: () => Promise<boolean>, deadline: number, what: string): Promise<void> {
  while (!(await isSo())) failWhenLate(deadline, what);
}

async function pause(deadline: number, what: string): Promise<void> {
  failWhenLate(deadline, what);
  await sleep(pauseMs);
}

function failWhenLate(deadline: number, what: string): void {
  if (Date.now() > deadline) throw new Error(`${what}: not there after ${timeoutMs / 1_000} s`);
}
