import type { APIGatewayProxyEvent, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import type { EventOf } from '../../domain/event.ts';
import { type Invoice, invoiceKey } from '../../domain/order/invoice.ts';
import { Order, orderSubject } from '../../domain/order/order.ts';
import { OrderPlaced } from '../../domain/order/order-placed.ts';
import type { InvoiceLink, InvoiceLinks } from '../../lambda/presign-invoice/presign-invoice.ts';
import type { InvoiceStore } from '../../lambda/project-invoice/project-invoice.ts';
import type { OrderProjection } from '../../lambda/project-order/project-order.ts';
import type { Invoices, OrderEvent, OrderHistories } from '../../lambda/query-history/query-history.ts';
import type { OrderPage, OrderViews, PagePosition, PlacedOrder } from '../../lambda/query-orders/query-orders.ts';
import type { EventStream, OutgoingRecord, PutFailure, PutOutcome } from '../../lambda/runtime/event-stream.ts';

/** A valid order as a client sends it; `changes` replace or add fields. */
export const sentOrder = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  accountid: 'a1',
  vendorid: 'v1',
  orderdate: '2026-11-22 10:15:30.123456',
  city: 'Sydney',
  details: { coffeetype: 'Latte', coffeesize: 'L', unitprice: 4.5, quantity: 2 },
  ...changes,
});

/** The order as the event holds it. */
export const order = (changes: Record<string, unknown> = {}): Order => Order.parse(sentOrder(changes));

const receivedAt = '2026-11-22T10:15:31.000Z';

/** An `OrderPlaced` with the id `eventId`. */
export const orderPlaced = (eventId: string, changes: Record<string, unknown> = {}, time = receivedAt): OrderPlaced => {
  const data = order(changes);
  return OrderPlaced.create({ id: eventId, source: '/orders', subject: orderSubject(data), time, data });
};

/** A Kinesis sequence number, as long as a real one. */
export const sequenceNumber = (n: number): string => `4966${String(n).padStart(52, '0')}`;

/** A record at place `n` of its shard. */
export const kinesisRecord = (n: number, partitionKey: string, data: string | Uint8Array): KinesisStreamRecord => ({
  awsRegion: 'us-east-1',
  eventID: `shardId-000000000000:${sequenceNumber(n)}`,
  eventName: 'aws:kinesis:record',
  eventSource: 'aws:kinesis',
  eventSourceARN: 'arn:aws:kinesis:us-east-1:000000000000:stream/orders',
  eventVersion: '1.0',
  invokeIdentityArn: 'arn:aws:iam::000000000000:role/consumer',
  kinesis: {
    approximateArrivalTimestamp: 1_795_000_000.123,
    data: Buffer.from(data).toString('base64'),
    kinesisSchemaVersion: '1.0',
    partitionKey,
    sequenceNumber: sequenceNumber(n),
  },
});

/** A batch of events in the order given; a text or bytes stand for a record that is no event. */
export const kinesisEvent = (records: readonly (EventOf | string | Uint8Array)[]): KinesisStreamEvent => ({
  Records: records.map((record, n) =>
    typeof record === 'string' || record instanceof Uint8Array
      ? kinesisRecord(n, 'garbage', record)
      : kinesisRecord(n, record.subject, JSON.stringify(record)),
  ),
});

export interface SentRequest {
  readonly method?: string;
  readonly path?: string;
  /** API Gateway's own name of the path, `/tasks/{id}`, and what stands for the names in it. */
  readonly resource?: string;
  readonly pathParameters?: Readonly<Record<string, string>>;
  /** Repeated names repeat the parameter. */
  readonly query?: readonly (readonly [string, string])[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** API Gateway's proxy event of a request; a body of bytes comes as base64. */
export function proxyEvent({
  method = 'GET',
  path = '/order',
  resource = path,
  pathParameters,
  query = [],
  headers = {},
  body,
}: SentRequest): APIGatewayProxyEvent {
  const byName = Map.groupBy(query, ([name]) => name);
  return {
    httpMethod: method,
    path,
    resource,
    pathParameters: pathParameters ?? null,
    headers: { ...headers },
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    queryStringParameters: query.length === 0 ? null : Object.fromEntries(query),
    multiValueQueryStringParameters:
      query.length === 0
        ? null
        : Object.fromEntries([...byName].map(([name, pairs]) => [name, pairs.map(([, value]) => value)])),
    body: body === undefined ? null : typeof body === 'string' ? body : Buffer.from(body).toString('base64'),
    isBase64Encoded: body !== undefined && typeof body !== 'string',
  } as APIGatewayProxyEvent;
}

export const postOrder = (body: unknown, headers: Record<string, string> = {}): APIGatewayProxyEvent =>
  proxyEvent({ method: 'POST', headers, body: JSON.stringify(body) });

/** Keeps what was put, in order; `failWhen` decides which puts fail. */
export class InMemoryStream implements EventStream {
  readonly records: OutgoingRecord[] = [];
  readonly calls: (readonly OutgoingRecord[])[] = [];
  failWhen: (record: OutgoingRecord, call: number) => PutFailure | undefined = () => undefined;

  async put(record: OutgoingRecord, after?: string): Promise<PutOutcome> {
    await undefined;
    if (after !== undefined && BigInt(after) >= BigInt(sequenceNumber(this.records.length)))
      throw new Error('out of order');
    return this.#append(record, this.calls.push([record]));
  }

  async putAll(records: readonly OutgoingRecord[]): Promise<PutOutcome[]> {
    await undefined;
    const call = this.calls.push(records);
    return records.map((record) => this.#append(record, call));
  }

  #append(record: OutgoingRecord, call: number): PutOutcome {
    const failure = this.failWhen(record, call);
    if (failure && failure !== 'timed-out') return { failure };
    this.records.push(record);
    if (failure) return { failure };
    return { shardId: 'shardId-000000000000', sequenceNumber: sequenceNumber(this.records.length - 1) };
  }

  /** The events on the stream. */
  events(): OrderPlaced[] {
    return this.records.map(({ data }) => JSON.parse(Buffer.from(data).toString()) as OrderPlaced);
  }
}

/** Invoices in memory, with links that lead nowhere. */
export class InMemoryInvoices implements InvoiceStore, InvoiceLinks, Invoices {
  readonly objects = new Map<string, string>();
  failFor: (key: string) => boolean = () => false;

  async put({ key, json }: Invoice): Promise<void> {
    if (this.failFor(key)) throw new Error(`cannot write ${key}`);
    this.objects.set(key, json);
  }

  async has(key: string): Promise<boolean> {
    return this.objects.has(key);
  }

  async get(key: string): Promise<string | undefined> {
    return this.objects.get(key);
  }

  async link(key: string): Promise<InvoiceLink> {
    return { url: `https://invoices.example/${key}?X-Amz-Signature=0`, expiresAt: new Date('2026-11-22T10:30:00Z') };
  }
}

interface Item extends PlacedOrder {
  readonly position: string;
  readonly eventIds: readonly string[];
  readonly receivedAts: readonly string[];
  readonly receivedAtEventId: string;
}

/** The projection in memory: the rule of the order table, in plain words. */
export class InMemoryOrders implements OrderProjection, OrderViews, OrderHistories {
  readonly items = new Map<string, Item>();

  async apply(event: OrderPlaced, sequenceNumber: string): Promise<void> {
    const subject = orderSubject(event.data);
    const item = this.items.get(subject);
    const position = sequenceNumber.padStart(56, '0');
    if (item && (item.position >= position || item.eventIds.includes(event.id))) return;
    this.items.set(subject, {
      order: event.data,
      eventId: event.id,
      receivedAt: event.time,
      position,
      eventIds: [...(item?.eventIds ?? []), event.id].slice(-100),
      receivedAts: [...(item?.receivedAts ?? []), event.time].slice(-100),
      receivedAtEventId: `${event.time}#${event.id}`,
    });
  }

  async get(accountid: string, vendorid: string): Promise<PlacedOrder | undefined> {
    const item = this.items.get(`${accountid}/${vendorid}`);
    return item && { order: item.order, eventId: item.eventId, receivedAt: item.receivedAt };
  }

  async history(accountid: string, vendorid: string): Promise<readonly OrderEvent[] | undefined> {
    const item = this.items.get(`${accountid}/${vendorid}`);
    return item?.eventIds.map((eventId, n) => ({ eventId, receivedAt: item.receivedAts[n] })).reverse();
  }

  async page(accountid: string, limit: number, after?: PagePosition): Promise<OrderPage> {
    const newestFirst = [...this.items.values()]
      .filter(
        ({ order, receivedAtEventId }) =>
          order.accountid === accountid && (!after || receivedAtEventId < after.receivedAtEventId),
      )
      .sort((a, b) => (a.receivedAtEventId < b.receivedAtEventId ? 1 : -1));
    const orders = newestFirst.slice(0, limit);
    const last = orders.at(-1);
    const next =
      last && newestFirst.length > limit
        ? { vendorid: last.order.vendorid, receivedAtEventId: last.receivedAtEventId }
        : undefined;
    return { orders: orders.map(({ order, eventId, receivedAt }) => ({ order, eventId, receivedAt })), next };
  }
}

/** The key of the invoice that belongs to `event`. */
export const invoiceKeyOf = (event: OrderPlaced): string => invoiceKey(event.data, event.id);
