import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { readTaskEvent } from '../../domain/task/read-task-event.ts';
import { type TaskEvent, versionOf } from '../../domain/task/task-events.ts';
import { fromAttribute, toAttribute } from './attribute-value.ts';
import { type TaskLog, VersionConflict } from './task-log.ts';

/** The events of the tasks in one DynamoDB table, an item an event. Events are appended and never changed. */
export class EventLog implements TaskLog {
  readonly #dynamoDb: DynamoDBClient;
  readonly #table: string;
  readonly #region: string;

  constructor(dynamoDb: DynamoDBClient, table: string, region: string) {
    this.#dynamoDb = dynamoDb;
    this.#table = table;
    this.#region = region;
  }

  /** One conditional put. */
  async append(event: TaskEvent): Promise<void> {
    const key = keyOf(event.subject, versionOf(event));
    try {
      await this.#dynamoDb.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: { ...key, event: toAttribute(event), region: { S: this.#region } },
          ConditionExpression: 'attribute_not_exists(#aggregate)',
          ExpressionAttributeNames: { '#aggregate': 'aggregate' },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The SDK tries a put again whose answer was lost: then what stands there may be ours.
      const wasTriedBefore = (error.$metadata.attempts ?? 1) > 1;
      if (!(wasTriedBefore && (await this.#holds(event, key)))) throw new VersionConflict(event);
    }
  }

  async #holds(event: TaskEvent, Key: Record<string, AttributeValue>): Promise<boolean> {
    const { Item } = await this.#dynamoDb.send(
      new GetItemCommand({ TableName: this.#table, Key, ConsistentRead: true }),
    );
    return Item?.event?.M?.commandid?.S === event.commandid;
  }

  async *read(taskId: string, after = 0): AsyncGenerator<TaskEvent> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#dynamoDb.send(
        new QueryCommand({
          TableName: this.#table,
          KeyConditionExpression: '#aggregate = :aggregate AND #version > :after',
          ExpressionAttributeNames: { '#aggregate': 'aggregate', '#version': 'version' },
          ExpressionAttributeValues: { ':aggregate': { S: taskId }, ':after': { N: String(after) } },
          ConsistentRead: true,
          ExclusiveStartKey: start,
        }),
      );
      for (const { event = { NULL: true } } of Items) yield readTaskEvent(fromAttribute(event as AttributeValue));
      start = LastEvaluatedKey;
    } while (start);
  }
}

const keyOf = (taskId: string, version: number) => ({ aggregate: { S: taskId }, version: { N: String(version) } });
