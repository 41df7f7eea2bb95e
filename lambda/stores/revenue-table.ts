import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  type BatchWriteItemCommandOutput,
  type DynamoDBClient,
  QueryCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Part } from '../../domain/revenue/part.ts';
import type { Tally } from '../../domain/revenue/tally.ts';
import type { Arrived, Contribution, RevenueStore } from '../aggregate-revenue/aggregate-revenue.ts';
import type { RevenueViews } from '../query-revenue/query-revenue.ts';
import { fromAttribute, toAttribute } from './attribute-value.ts';
import { revenueTableKeys } from './revenue-table-keys.ts';

// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const maxItemsPerCall = 25;
const maxConcurrentCalls = 8;
const attempts = 6;

/** Windows of arrival and their contributions to minutes of event time, in one DynamoDB table. */
export class RevenueTable implements RevenueStore, RevenueViews {
  readonly #dynamoDb: DynamoDBClient;
  readonly #table: string;
  readonly #backoffMs: number;

  constructor(dynamoDb: DynamoDBClient, table: string, backoffMs = 50) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
    this.#backoffMs = backoffMs;
  }

  /** Throws where the table doesn't take everything; to be called again then. */
  async keep(arrived: readonly Arrived[], contributions: readonly Contribution[]): Promise<void> {
    const items = [...arrived.map(arrivedItem), ...contributions.map(contributionItem)];
    const starts = Array.from({ length: Math.ceil(items.length / maxItemsPerCall) }, (_, n) => n * maxItemsPerCall);
    const calls = starts.values();
    const work = async () => {
      for (const start of calls) await this.#write(items.slice(start, start + maxItemsPerCall));
    };
    await Promise.all(Array.from({ length: maxConcurrentCalls }, work));
  }

  /** Reads consistently. */
  async contributions(storeId: string, from: string, to: string): Promise<Contribution[]> {
    const found: Contribution[] = [];
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await this.#dynamoDb.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: '#store = :store AND #part BETWEEN :from AND :to',
          ExpressionAttributeNames: { '#store': revenueTableKeys.partitionKey, '#part': revenueTableKeys.sortKey },
          ExpressionAttributeValues: {
            ':store': { S: storeId },
            ':from': { S: `minute#${from}` },
            ':to': { S: `minute#${to}` }, // no key ends here: what happened in the minute `to` has a longer one
          },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      for (const item of page.Items ?? []) found.push(toContribution(item));
      start = page.LastEvaluatedKey;
    } while (start);
    return found;
  }

  async #write(items: readonly object[]): Promise<void> {
    let requests: WriteRequest[] | undefined = items.map((item) => ({
      PutRequest: { Item: toAttribute(item).M ?? {} },
    }));
    for (let attempt = 0; requests && requests.length > 0; attempt++) {
      if (attempt === attempts) throw new Error(`${requests.length} items not taken by the table`);
      if (attempt > 0) await sleep(this.#backoffMs * 2 ** (attempt - 1));
      const { UnprocessedItems }: BatchWriteItemCommandOutput = await this.#dynamoDb.send(
        new BatchWriteItemCommand({ RequestItems: { [this.#table]: requests } }),
      );
      requests = UnprocessedItems?.[this.#table];
    }
  }
}

const { partitionKey, sortKey } = revenueTableKeys;

const arrivedItem = ({ storeId, arrived, rejected, ...rest }: Arrived) => ({
  [partitionKey]: storeId,
  [sortKey]: `arrival#${placeOf(rest)}`,
  ...rest,
  ...arrived,
  rejected,
});

const contributionItem = ({ storeId, tally, ...rest }: Contribution) => ({
  [partitionKey]: storeId,
  [sortKey]: `minute#${rest.minute}#${placeOf(rest)}`,
  ...rest,
  ...tally,
});

const placeOf = ({ window, shard, first }: Part) => `${window}#${shard}#${first}`;

type ContributionItem = Omit<Contribution, 'storeId' | 'tally'> & Tally & { readonly [partitionKey]: string };

function toContribution(item: Record<string, AttributeValue>): Contribution {
  const fields = fromAttribute({ M: item }) as ContributionItem;
  const { minute, window, shard, first, last, sales, revenueCents, returnsCents } = fields;
  const tally = { sales, revenueCents, returnsCents };
  return { storeId: fields[partitionKey], minute, window, shard, first, last, tally };
}
