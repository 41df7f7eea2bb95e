import { hash } from 'node:crypto';
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { Task } from '../../domain/task/task.ts';
import type { TaskViews } from '../project-task/project-task.ts';
import type { TaskList, TaskPage } from '../query-tasks/list-tasks.ts';
import { fromAttribute, toAttribute } from './attribute-value.ts';
import { newestByList } from './task-list-keys.ts';

/**
 * Each of the two lists lies in so many parts: an index takes 1,000 writes a second under one key, and refuses more on
 * behalf of its table. A page reads all parts.
 */
const buckets = 4;

/** The tasks as their events made them, in one DynamoDB table, with an index of those that are open or done. */
export class TaskListTable implements TaskViews, TaskList {
  readonly #dynamoDb: DynamoDBClient;
  readonly #table: string;

  constructor(dynamoDb: DynamoDBClient, table: string) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
  }

  async get(taskId: string): Promise<Task | undefined> {
    const { Item } = await this.#dynamoDb.send(
      new GetItemCommand({ TableName: this.#table, Key: { id: { S: taskId } }, ConsistentRead: true }),
    );
    return Item && taskOf(Item);
  }

  async put(task: Task): Promise<void> {
    try {
      await this.#dynamoDb.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: itemOf(task),
          ConditionExpression: 'attribute_not_exists(#id) OR #version <= :version',
          ExpressionAttributeNames: { '#id': 'id', '#version': 'version' },
          ExpressionAttributeValues: { ':version': { N: String(task.version) } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /** By the index, which on AWS follows the table within moments. */
  async page(done: boolean | undefined, limit: number, after?: string): Promise<TaskPage> {
    const lists = done === undefined ? [false, true] : [done];
    const parts = lists.flatMap((isDone) => Array.from({ length: buckets }, (_, bucket) => listName(isDone, bucket)));
    const pages = await Promise.all(parts.map((part) => this.#part(part, limit, after)));
    // Behind the end of a page that has a next there may be older tasks than it shows: the others' wait for them.
    const ends = pages.flatMap(({ items, hasMore }) => (hasMore ? [items.at(-1)?.createdAtId?.S ?? ''] : []));
    const end = ends.toSorted().at(-1) ?? '';
    const found = pages
      .flatMap(({ items }) => items.map((item) => ({ task: taskOf(item), place: item.createdAtId?.S ?? '' })))
      .filter(({ place }) => place >= end)
      .sort((a, b) => (a.place < b.place ? 1 : -1));
    const shown = found.slice(0, limit);
    const isLast = ends.length === 0 && found.length <= limit;
    return { tasks: shown.map(({ task }) => task), next: isLast ? undefined : shown.at(-1)?.place };
  }

  async #part(list: string, limit: number, after: string | undefined) {
    const { Items: items = [], LastEvaluatedKey } = await this.#dynamoDb.send(
      new QueryCommand({
        TableName: this.#table,
        IndexName: newestByList,
        KeyConditionExpression: after === undefined ? '#list = :list' : '#list = :list AND #place < :after',
        ExpressionAttributeNames: { '#list': 'list', ...(after !== undefined && { '#place': 'createdAtId' }) },
        ExpressionAttributeValues: { ':list': { S: list }, ...(after !== undefined && { ':after': { S: after } }) },
        ScanIndexForward: false,
        Limit: limit,
      }),
    );
    return { items, hasMore: LastEvaluatedKey !== undefined && items.length > 0 };
  }
}

const listName = (done: boolean, bucket: number) => `${done ? 'done' : 'open'}#${bucket}`;

const bucketOf = (taskId: string) => (hash('sha1', taskId, 'buffer')[0] as number) % buckets;

function itemOf(task: Task): Record<string, AttributeValue> {
  const item = {
    id: { S: task.id },
    version: { N: String(task.version) },
    task: toAttribute(task),
  };
  if (task.deleted) return item;
  return {
    ...item,
    list: { S: listName(task.done, bucketOf(task.id)) },
    createdAtId: { S: `${task.createdAt}#${task.id}` },
  };
}

const taskOf = (item: Record<string, AttributeValue>): Task =>
  fromAttribute(item.task as AttributeValue) as unknown as Task;
