import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Order, orderSubject } from '../../domain/order/order.ts';
import type { OrderPlaced } from '../../domain/order/order-placed.ts';
import type { OrderProjection } from '../project-order/project-order.ts';
import type { OrderEvent, OrderHistories } from '../query-history/query-history.ts';
import type { OrderPage, OrderViews, PagePosition, PlacedOrder } from '../query-orders/query-orders.ts';
import { fromAttribute, toAttribute } from './attribute-value.ts';
import { newestByAccount, orderTableKeys, rememberedEvents } from './order-table-keys.ts';
import { positionOf } from './position.ts';

const maxKnownFull = 10_000;

const names = {
  '#order': orderTableKeys.order,
  '#eventId': orderTableKeys.eventId,
  '#receivedAt': orderTableKeys.receivedAt,
  '#position': orderTableKeys.position,
  '#eventIds': orderTableKeys.eventIds,
  '#receivedAts': orderTableKeys.receivedAts,
  '#receivedAtEventId': orderTableKeys.receivedAtEventId,
};
const set =
  'SET #order = :order, #eventId = :id, #receivedAt = :receivedAt, #position = :position, #receivedAtEventId = :receivedAtEventId';
/** Of a list of remembered events. */
const beyondEnd = 10 * rememberedEvents;
// AND binds tighter than OR. Without a parenthesis the local engine reads a condition in a tenth of the time.
const isNews = '#position < :position AND NOT contains(#eventIds, :id)';

/**
 * Appends to the remembered events while there is room; the times decide, since an older item may have fewer of them.
 */
const grow = {
  UpdateExpression:
    `${set}, #eventIds = list_append(if_not_exists(#eventIds, :none), :ids), ` +
    '#receivedAts = list_append(if_not_exists(#receivedAts, :none), :times)',
  ConditionExpression: `attribute_not_exists(#position) OR ${isNews} AND NOT size(#receivedAts) >= :limit`,
};
/**
 * Appends to the remembered events and drops the oldest: an index beyond the end appends, and the paths do not overlap.
 */
const shift = {
  UpdateExpression: `${set}, #eventIds[${beyondEnd}] = :id, #receivedAts[${beyondEnd}] = :receivedAt REMOVE #eventIds[0], #receivedAts[0]`,
  ConditionExpression: `${isNews} AND size(#receivedAts) >= :limit`,
};

/** The latest order of each account and vendor, in one DynamoDB table. */
export class OrderTable implements OrderProjection, OrderViews, OrderHistories {
  readonly #dynamoDb: DynamoDBClient;
  readonly #table: string;
  /** Items that are known to be full, so that a customer of long standing costs one update an order and not two. */
  readonly #full = new Set<string>();

  constructor(dynamoDb: DynamoDBClient, table: string) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
  }

  /**
   * One conditional update; a second one only where the first was refused by an item whose `eventIds` are full, which
   * happens to it once. Each is atomic, so nobody sees an item without its newest 100 ids. Fails where both are refused
   * by an item that the event is news to: to be called again.
   */
  async apply(event: OrderPlaced, sequenceNumber: string): Promise<void> {
    const { accountid, vendorid } = event.data;
    const position = positionOf(sequenceNumber);
    const values = {
      ':order': toAttribute(event.data),
      ':id': { S: event.id },
      ':receivedAt': { S: event.time },
      ':position': { S: position },
      ':receivedAtEventId': { S: `${event.time}#${event.id}` },
      ':limit': { N: String(rememberedEvents) },
    };
    const key = { accountid: { S: accountid }, vendorid: { S: vendorid } };
    const subject = orderSubject(event.data);
    const grows = () =>
      this.#update(key, grow, {
        ...values,
        ':none': { L: [] },
        ':ids': { L: [{ S: event.id }] },
        ':times': { L: [{ S: event.time }] },
      });
    const shifts = () => this.#update(key, shift, values);

    /** Whether the event is news to the item that refused it, which is full then. */
    const isNewsTo = ({ Item }: ConditionalCheckFailedException): boolean =>
      (Item?.[orderTableKeys.position]?.S ?? '') < position &&
      !Item?.[orderTableKeys.eventIds]?.L?.some(({ S }) => S === event.id);

    const assumedFull = this.#full.has(subject);
    const refusal = await (assumedFull ? shifts() : grows());
    if (!refusal || !isNewsTo(refusal)) return;
    const again = await (assumedFull ? grows() : shifts());
    if (again) {
      // An endpoint that tells no item leaves open what refused.
      if (refusal.Item && isNewsTo(again)) throw new Error(`the item ${subject} went while an event was applied to it`);
      return;
    }
    if (assumedFull) this.#full.delete(subject);
    else {
      if (this.#full.size >= maxKnownFull) this.#full.clear();
      this.#full.add(subject);
    }
  }

  /** Answers the refusal, with the item that refused, where the condition doesn't hold. */
  async #update(
    Key: Record<string, AttributeValue>,
    expressions: typeof grow,
    ExpressionAttributeValues: Record<string, AttributeValue>,
  ): Promise<ConditionalCheckFailedException | undefined> {
    try {
      await this.#dynamoDb.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key,
          ...expressions,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues,
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return undefined;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return error;
      throw error;
    }
  }

  /** Reads consistently: what was applied before the call is seen. */
  async get(accountid: string, vendorid: string): Promise<PlacedOrder | undefined> {
    const { Item } = await this.#dynamoDb.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: { accountid: { S: accountid }, vendorid: { S: vendorid } },
        ConsistentRead: true,
        ...view,
      }),
    );
    return Item && toPlacedOrder(Item);
  }

  /** Reads consistently. */
  async history(accountid: string, vendorid: string): Promise<readonly OrderEvent[] | undefined> {
    const { Item } = await this.#dynamoDb.send(
      new GetItemCommand({
        TableName: this.#table,
        Key: { accountid: { S: accountid }, vendorid: { S: vendorid } },
        ConsistentRead: true,
        ProjectionExpression: '#eventIds, #receivedAts',
        ExpressionAttributeNames: { '#eventIds': orderTableKeys.eventIds, '#receivedAts': orderTableKeys.receivedAts },
      }),
    );
    const times = (Item?.receivedAts?.L ?? []).toReversed();
    return Item?.eventIds?.L?.slice(-rememberedEvents)
      .toReversed()
      .map(({ S: eventId = '' }, place) => ({
        eventId,
        receivedAt: times[place]?.S,
      }));
  }

  /**
   * By the index, which on AWS follows the table within moments: an order applied just now may be missing.
   * A page also ends at 1 MB, so it may hold fewer orders than `limit` and still have a next.
   */
  async page(accountid: string, limit: number, after?: PagePosition): Promise<OrderPage> {
    const { Items = [], LastEvaluatedKey } = await this.#dynamoDb.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: newestByAccount,
        KeyConditionExpression: '#accountid = :accountid',
        ExpressionAttributeValues: { ':accountid': { S: accountid } },
        ProjectionExpression: view.ProjectionExpression,
        ExpressionAttributeNames: { ...view.ExpressionAttributeNames, '#accountid': orderTableKeys.partitionKey },
        ScanIndexForward: false,
        Limit: limit,
        ExclusiveStartKey: after && {
          accountid: { S: accountid },
          vendorid: { S: after.vendorid },
          receivedAtEventId: { S: after.receivedAtEventId },
        },
      }),
    );
    const { vendorid, receivedAtEventId } = LastEvaluatedKey ?? {};
    const next =
      vendorid?.S && receivedAtEventId?.S
        ? { vendorid: vendorid.S, receivedAtEventId: receivedAtEventId.S }
        : undefined;
    return { orders: Items.map(toPlacedOrder), next };
  }
}

const view = {
  ProjectionExpression: '#order, #eventId, #receivedAt',
  ExpressionAttributeNames: {
    '#order': orderTableKeys.order,
    '#eventId': orderTableKeys.eventId,
    '#receivedAt': orderTableKeys.receivedAt,
  },
};

const toPlacedOrder = (item: Record<string, AttributeValue>): PlacedOrder => ({
  order: fromAttribute(item.order as AttributeValue) as Order,
  eventId: item.eventId?.S ?? '',
  receivedAt: item.receivedAt?.S ?? '',
});
