import { isDeepStrictEqual } from 'node:util';
import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { EventOf } from '../../domain/event.ts';
import type { ArchivedRecord } from '../../lambda/stores/archived-record.ts';
import { orderTableKeys } from '../../lambda/stores/order-table-keys.ts';
import { positionOf } from '../../lambda/stores/position.ts';
import type { Difference, SlotStore } from './slot-store.ts';
import { untilTaken } from './until-taken.ts';

type Item = Record<string, AttributeValue>;

const { partitionKey, sortKey, position, eventIds } = orderTableKeys;
const keysOnly = { ProjectionExpression: `${partitionKey}, ${sortKey}` };
const itemsACall = 25; // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
const keysACall = 100;
const callsAtATime = 8;

/** One slot of the orders: its table. */
export class OrderStore implements SlotStore {
  readonly #dynamodb: DynamoDBClient;
  readonly #table: string;

  constructor(dynamodb: DynamoDBClient, table: string) {
    this.#dynamodb = dynamodb;
    this.#table = table;
  }

  async empty(signal: AbortSignal, onDone: (removed: number) => void): Promise<void> {
    let removed = 0;
    for await (const items of this.#pages(keysOnly)) {
      const calls = chunks(items, itemsACall).values();
      const remove = async () => {
        for (const call of calls) {
          if (signal.aborted) return;
          await this.#remove(call);
          removed += call.length;
          onDone(removed);
        }
      };
      await Promise.all(Array.from({ length: callsAtATime }, remove));
      if (signal.aborted) return;
    }
  }

  /** One that was sent again under its key leaves the position alone, but is known. */
  async hasMet({ partitionKey: subject, sequenceNumber }: ArchivedRecord, { id }: EventOf): Promise<boolean> {
    const item = await this.#item(subject);
    const known = item?.[eventIds]?.L?.some(({ S }) => S === id) ?? false;
    return known || (item?.[position]?.S ?? '') >= positionOf(sequenceNumber);
  }

  async *compare(other: this, signal: AbortSignal, onDone: (compared: number) => void): AsyncGenerator<Difference> {
    let compared = 0;
    for await (const items of this.#pages({})) {
      for (const page of chunks(items, keysACall)) {
        if (signal.aborted) return;
        const others = await other.#items(page.map(keyOf));
        for (const item of page) {
          const difference = differenceOf(subjectOf(item), item, others.get(subjectOf(item)));
          if (difference) yield difference;
        }
        compared += page.length;
        onDone(compared);
      }
    }
    for await (const items of other.#pages(keysOnly)) {
      for (const page of chunks(items, keysACall)) {
        if (signal.aborted) return;
        const mine = await this.#items(page.map(keyOf), keysOnly);
        for (const item of page)
          if (!mine.has(subjectOf(item))) yield { key: subjectOf(item), kind: 'only in the new slot' };
      }
    }
  }

  async compareOne(other: this, key: string): Promise<Difference | undefined> {
    const [mine, its] = await Promise.all([this.#item(key), other.#item(key)]);
    return differenceOf(key, mine, its);
  }

  async *#pages(projection: object): AsyncGenerator<Item[]> {
    let start: Item | undefined;
    do {
      const page = await this.#dynamodb.send(
        new ScanCommand({ TableName: this.#table, ConsistentRead: true, ExclusiveStartKey: start, ...projection }),
      );
      yield page.Items ?? [];
      start = page.LastEvaluatedKey;
    } while (start);
  }

  async #item(subject: string): Promise<Item | undefined> {
    const [accountid = '', vendorid = ''] = subject.split('/');
    const Key = { [partitionKey]: { S: accountid }, [sortKey]: { S: vendorid } };
    return (await this.#dynamodb.send(new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }))).Item;
  }

  /** By their subject. */
  async #items(keys: readonly Item[], projection: object = {}): Promise<ReadonlyMap<string, Item>> {
    const found = new Map<string, Item>();
    await untilTaken(keys, async (left) => {
      const Keys = [...left];
      const answer = await this.#dynamodb.send(
        new BatchGetItemCommand({ RequestItems: { [this.#table]: { Keys, ConsistentRead: true, ...projection } } }),
      );
      for (const item of answer.Responses?.[this.#table] ?? []) found.set(subjectOf(item), item);
      return answer.UnprocessedKeys?.[this.#table]?.Keys ?? [];
    });
    return found;
  }

  async #remove(items: readonly Item[]): Promise<void> {
    const requests: WriteRequest[] = items.map((item) => ({ DeleteRequest: { Key: keyOf(item) } }));
    await untilTaken(requests, async (left) => {
      const RequestItems = { [this.#table]: [...left] };
      const answer = await this.#dynamodb.send(new BatchWriteItemCommand({ RequestItems }));
      return answer.UnprocessedItems?.[this.#table] ?? [];
    });
  }
}

const keyOf = (item: Item): Item => ({
  [partitionKey]: item[partitionKey] as AttributeValue,
  [sortKey]: item[sortKey] as AttributeValue,
});

const subjectOf = (item: Item): string => `${item[partitionKey]?.S}/${item[sortKey]?.S}`;

const differenceOf = (key: string, mine: Item | undefined, its: Item | undefined): Difference | undefined => {
  if (!mine) return its && { key, kind: 'only in the new slot' };
  if (!its) return { key, kind: 'missing in the new slot' };
  return isDeepStrictEqual(mine, its) ? undefined : { key, kind: 'not the same' };
};

const chunks = <Value>(values: readonly Value[], size: number): Value[][] =>
  Array.from({ length: Math.ceil(values.length / size) }, (_, n) => values.slice(n * size, (n + 1) * size));
