import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { KinesisClient } from '@aws-sdk/client-kinesis';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { type LocalStack, type StartLocalOptions, startLocal } from '../../local/start-local.ts';

/**
 * The assembly that `test/support/synthesize-once.ts` made of the real stack, with default settings, before any test.
 */
export const orderAssembly = join(import.meta.dirname, '../../.local/test-assembly');

/** An order as a client sends it. */
export interface SentOrder {
  readonly accountid: string;
  readonly vendorid: string;
  readonly orderdate: string;
  readonly city?: string;
  readonly details: {
    readonly coffeetype: string;
    readonly coffeesize: string;
    readonly unitprice: number | string;
    readonly quantity: number | string;
  };
}

/** A valid order for `accountid`/`vendorid`; the rest differs only where told. */
export const anOrder = (accountid: string, vendorid: string, changes: Partial<SentOrder> = {}): SentOrder => ({
  accountid,
  vendorid,
  orderdate: '2026-11-22 10:15:30.123456',
  city: 'Sydney',
  details: { coffeetype: 'Latte', coffeesize: 'L', unitprice: 4.5, quantity: 2 },
  ...changes,
});

/** What `POST /order` answers with 202. */
export interface PostAnswer {
  readonly accepted: readonly { eventId: string; shardId: string; sequenceNumber: string; index: number }[];
  readonly refused: readonly { index: number; reason: string; retryable: boolean }[];
}

/** An item of the order table, unmarshalled. */
export interface OrderItem {
  readonly accountid: string;
  readonly vendorid: string;
  readonly eventId: string;
  readonly eventIds: readonly string[];
  readonly position: string;
  readonly receivedAt: string;
  readonly order: Record<string, unknown> & { details: Record<string, unknown> };
}

/** The API and the stores of a running order system, as its users and its operators reach them. */
export class OrderSystem {
  readonly apiUrl: string;
  readonly apiKey: string | undefined;
  readonly outputs: Readonly<Record<string, string>>;
  readonly dynamodb: DynamoDBClient;
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;

  constructor(running: Pick<LocalStack, 'apiUrl' | 'apiKey' | 'outputs' | 'environment'>) {
    const { environment } = running;
    const client = (service: string) => ({
      region: environment.AWS_REGION ?? 'us-east-1',
      endpoint: environment[`AWS_ENDPOINT_URL_${service}`] ?? '',
      credentials: {
        accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
        secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      },
    });
    this.apiUrl = running.apiUrl ?? '';
    this.apiKey = running.apiKey;
    this.outputs = running.outputs;
    this.dynamodb = new DynamoDBClient(client('DYNAMODB'));
    this.kinesis = new KinesisClient({ ...client('KINESIS'), requestHandler: new NodeHttpHandler() });
    this.s3 = new S3Client(client('S3'));
  }

  /** Calls the API at `path` (without a leading slash), with the key. */
  request(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.apiUrl}${path}`, {
      ...init,
      headers: { ...(this.apiKey ? { 'x-api-key': this.apiKey } : {}), ...(init.headers as Record<string, string>) },
    });
  }

  /** Posts `body` as JSON and answers the response. */
  post(body: unknown, idempotencyKey?: string): Promise<Response> {
    return this.request('order', {
      method: 'POST',
      body: JSON.stringify(body),
      headers: {
        'content-type': 'application/json',
        ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
      },
    });
  }

  /** Posts one order; throws unless it was accepted. */
  async place(order: SentOrder, idempotencyKey?: string): Promise<PostAnswer['accepted'][number]> {
    const response = await this.post({ order }, idempotencyKey);
    const text = await response.text();
    const accepted = response.status === 202 ? (JSON.parse(text) as PostAnswer).accepted[0] : undefined;
    if (!accepted) throw new Error(`POST /order answered ${response.status}: ${text}`);
    return accepted;
  }

  /** Every item of the order table. */
  async items(): Promise<OrderItem[]> {
    const items: OrderItem[] = [];
    let start: Record<string, never> | undefined;
    do {
      const page = await this.dynamodb.send(
        new ScanCommand({ TableName: this.output('OrderTableName'), ExclusiveStartKey: start, ConsistentRead: true }),
      );
      items.push(...(page.Items ?? []).map((item) => unmarshall(item) as OrderItem));
      start = page.LastEvaluatedKey as Record<string, never> | undefined;
    } while (start);
    return items;
  }

  /** The keys of every object under `prefix` in the bucket that the output names. */
  async keys(bucketOutput: string, prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.s3.send(
        new ListObjectsV2Command({ Bucket: this.output(bucketOutput), Prefix: prefix, ContinuationToken: token }),
      );
      keys.push(...(page.Contents ?? []).map((object) => object.Key ?? ''));
      token = page.NextContinuationToken;
    } while (token);
    return keys;
  }

  /** The keys of the invoices under `prefix`. */
  invoices(prefix = 'invoices/'): Promise<string[]> {
    return this.keys('InvoiceBucketName', prefix);
  }

  /** The text of one object. */
  async object(bucketOutput: string, key: string): Promise<string> {
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket: this.output(bucketOutput), Key: key }));
    return (await Body?.transformToString()) ?? '';
  }

  /** Every on-failure record: its key and, parsed, what Lambda wrote. */
  async setAside(): Promise<{ key: string; record: OnFailureRecord; records: SetAsideRecord[] }[]> {
    const keys = await this.keys('OnFailureBucketName');
    return Promise.all(
      keys.map(async (key) => {
        const record = JSON.parse(await this.object('OnFailureBucketName', key)) as OnFailureRecord;
        return { key, record, records: (JSON.parse(record.payload) as { Records: SetAsideRecord[] }).Records };
      }),
    );
  }

  output(name: string): string {
    const value = this.outputs[name];
    if (value === undefined) throw new Error(`the stack has no output ${name}`);
    return value;
  }

  /** Lets go of the connections. */
  disconnect(): void {
    this.dynamodb.destroy();
    this.kinesis.destroy();
    this.s3.destroy();
  }
}

interface OnFailureRecord {
  readonly requestContext: { functionArn: string; condition: string; approximateInvokeCount: number };
  readonly KinesisBatchInfo: { batchSize: number; shardId: string };
  readonly payload: string;
}

interface SetAsideRecord {
  readonly kinesis: { data: string; partitionKey: string; sequenceNumber: string };
}

/** The real stack, running; `close` ends it. */
export interface RunningOrderSystem {
  readonly system: OrderSystem;
  readonly stack: LocalStack;
  close(): Promise<void>;
}

export async function startOrderSystem(options: Partial<StartLocalOptions> = {}): Promise<RunningOrderSystem> {
  const stack = await startLocal({ assembly: orderAssembly, log: () => {}, ...options });
  const system = new OrderSystem(stack);
  return {
    system,
    stack,
    close: async () => {
      system.disconnect();
      await stack.close();
    },
  };
}

/** The outputs and keys that `npm start` wrote into `directory`, as a client of a started system reads them. */
export const readLocalFiles = (
  directory: string,
): Pick<LocalStack, 'apiUrl' | 'apiKey' | 'outputs' | 'environment'> => {
  const [outputs] = Object.values(JSON.parse(readFileSync(join(directory, 'outputs.json'), 'utf8'))) as [
    Record<string, string>,
  ];
  const environment = Object.fromEntries(
    readFileSync(join(directory, 'env'), 'utf8')
      .split('\n')
      .map((line) => /^export (\w+)='?([^']*)'?$/.exec(line))
      .flatMap((match) => (match ? [[match[1], match[2]]] : [])),
  );
  const apiKey = readFileSync(join(directory, 'api-key'), 'utf8').trim();
  return { apiUrl: outputs.ApiUrl ?? '', apiKey, outputs, environment };
};
