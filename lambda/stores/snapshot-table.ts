import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Task } from '../../domain/task/task.ts';
import { fromAttribute, toAttribute } from './attribute-value.ts';
import type { Snapshots } from './task-log.ts';

/** The newest snapshot of each task, in one DynamoDB table. */
export class SnapshotTable implements Snapshots {
  readonly #dynamoDb: DynamoDBClient;
  readonly #table: string;
  readonly #reducer: string;

  /** `reducer` names the code that folds events: a snapshot by another one is none. */
  constructor(dynamoDb: DynamoDBClient, table: string, reducer: string) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
    this.#reducer = reducer;
  }

  /** May lag: the log says what is missing. */
  async get(taskId: string): Promise<Task | undefined> {
    const { Item } = await this.#dynamoDb.send(
      new GetItemCommand({ TableName: this.#table, Key: { aggregate: { S: taskId } } }),
    );
    return Item?.task && Item.reducer?.S === this.#reducer ? (fromAttribute(Item.task) as Task) : undefined;
  }

  /** Keeps the newer one of two that one reducer made. */
  async put(task: Task): Promise<void> {
    try {
      await this.#dynamoDb.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: {
            aggregate: { S: task.id },
            version: { N: String(task.version) },
            reducer: { S: this.#reducer },
            task: toAttribute(task),
          },
          ConditionExpression: 'attribute_not_exists(#aggregate) OR #reducer <> :reducer OR #version < :version',
          ExpressionAttributeNames: { '#aggregate': 'aggregate', '#reducer': 'reducer', '#version': 'version' },
          ExpressionAttributeValues: { ':reducer': { S: this.#reducer }, ':version': { N: String(task.version) } },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}
