import { ConditionalCheckFailedException, type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type InventoryChanged, stockChange } from '../../domain/stock/inventory-changed.ts';
import type { Stock } from '../keep-stock/keep-stock.ts';
import { stockTableKeys } from './stock-table-keys.ts';

/** An item remembers this many requests; an older one that comes again would count again. */
export const rememberedRequests = 100;

const isNews = 'NOT contains(requestIds, :id)';

/** Appends to `requestIds` while it has room. */
const grow = {
  UpdateExpression:
    'SET stock = if_not_exists(stock, :zero) + :change, requestIds = list_append(if_not_exists(requestIds, :none), :ids)',
  ConditionExpression: `attribute_not_exists(requestIds) OR ${isNews} AND size(requestIds) < :limit`,
};
/**
 * Appends to a full `requestIds` and drops its oldest: an index beyond the end appends, and the paths do not overlap.
 */
const shift = {
  UpdateExpression: `SET stock = stock + :change, requestIds[${rememberedRequests}] = :id REMOVE requestIds[0]`,
  ConditionExpression: `${isNews} AND size(requestIds) = :limit`,
};

/** What each store has of each thing, as the sum of its changes, in one DynamoDB table. */
export class StockTable implements Stock {
  readonly #dynamoDb: DynamoDBClient;
  readonly #table: string;

  constructor(dynamoDb: DynamoDBClient, table: string) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
  }

  /** One conditional update; a second one where the first was refused, because it is no news or the item is full. */
  async apply(event: InventoryChanged): Promise<void> {
    const id = { S: event.data.request_id };
    const values = {
      ':change': { N: String(stockChange(event)) },
      ':id': id,
      ':limit': { N: `${rememberedRequests}` },
    };
    const growing = { ...values, ':zero': { N: '0' }, ':none': { L: [] }, ':ids': { L: [id] } };
    if (!(await this.#update(event, grow, growing))) await this.#update(event, shift, values);
  }

  async #update(
    { data }: InventoryChanged,
    expressions: typeof grow,
    values: NonNullable<ConstructorParameters<typeof UpdateItemCommand>[0]['ExpressionAttributeValues']>,
  ): Promise<boolean> {
    const { partitionKey, sortKey } = stockTableKeys;
    try {
      await this.#dynamoDb.send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: { [partitionKey]: { S: data.store_id }, [sortKey]: { S: data.name } },
          ...expressions,
          ExpressionAttributeValues: values,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  }
}
