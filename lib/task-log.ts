import { AttributeType, type ITableV2, StreamViewType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { eventLogKeys, snapshotKey } from '../lambda/stores/event-log-keys.ts';
import { newestByList } from '../lambda/stores/task-list-keys.ts';
import type { EventStream } from './event-stream.ts';
import type { OrderApi } from './order-api.ts';
import { AppFunction } from './parts/app-function.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';
import { tableOptions } from './parts/table-options.ts';

export interface TaskLogProps {
  readonly api: OrderApi;
  /** Where every event is published. */
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  /** What `GET /tasks` lists. */
  readonly views: ITableV2;
  /** Where copies of the log can be read. */
  readonly replicaRegions: readonly string[];
  readonly production: boolean;
}

/**
 * client → handle-task-command → event log, the truth about every task; client ← query-tasks ← event log, views;
 * event log → publish-task-event → stream.
 *
 * With `replicaRegions` other regions hold copies of the log. The functions that write to it, and the one publisher,
 * are in the stack's region alone: two regions that appended a version each would both succeed, and DynamoDB would keep
 * the one that wrote last.
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2globaltables_HowItWorks.html)
 */
export class TaskLog extends Construct {
  /** Every event of every task, an item each. */
  readonly events: TableV2;
  readonly #snapshots: TableV2;

  constructor(
    scope: Construct,
    id: string,
    { api, stream, onFailure, views, replicaRegions, production }: TaskLogProps,
  ) {
    super(scope, id);
    this.events = new TableV2(this, 'Events', {
      partitionKey: { name: eventLogKeys.partitionKey, type: AttributeType.STRING },
      sortKey: { name: eventLogKeys.sortKey, type: AttributeType.NUMBER },
      // What a table with replicas has to have: one that gets some later keeps its stream, and so
      // the publisher its place.
      dynamoStream: StreamViewType.NEW_AND_OLD_IMAGES,
      replicas: replicaRegions.map((region) => ({ region })),
      ...tableOptions(production),
    });
    // Beside the log and not in it, where each would wake the publisher.
    this.#snapshots = new TableV2(this, 'Snapshots', {
      partitionKey: { name: snapshotKey, type: AttributeType.STRING },
      ...tableOptions(production),
    });

    this.#publish(stream, onFailure);

    const command = this.#function('Command', 'handle-task-command');
    command.allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], this.events.tableArn);
    command.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], this.#snapshots.tableArn);
    api.route('POST', '/tasks', command);
    api.route('PATCH', '/tasks/{id}', command);
    api.route('DELETE', '/tasks/{id}', command);

    const query = this.#function('Query', 'query-tasks', { TASK_TABLE: views.tableName });
    query.allow(['dynamodb:Query'], this.events.tableArn);
    query.allow(['dynamodb:GetItem'], this.#snapshots.tableArn);
    query.allow(['dynamodb:Query'], `${views.tableArn}/index/${newestByList}`);
    api.route('GET', '/tasks', query);
    api.route('GET', '/tasks/{id}', query);
    api.route('GET', '/tasks/{id}/events', query);
  }

  #publish(stream: EventStream, onFailure: IBucket): void {
    const publisher = new StreamConsumer(this, 'Publisher', {
      stream: this.events,
      onFailure,
      name: 'publish-task-event',
      consequence: 'tasks change and nobody hears of it',
      changes: publishedChanges(Stack.of(this).region),
      environment: { EVENT_STREAM: stream.streamName },
      retryAttempts: 'untilTooOld', // the stream that refuses an event now takes it later
    });
    stream.grant(publisher.function, 'kinesis:PutRecord', 'kinesis:PutRecords');
  }

  #function(id: string, name: string, environment: Record<string, string> = {}): AppFunction {
    return new AppFunction(this, id, {
      name,
      environment: { EVENT_LOG: this.events.tableName, SNAPSHOT_TABLE: this.#snapshots.tableName, ...environment },
    });
  }
}

/**
 * Events that `region` appended. Every region's stream tells of every event, wherever it was appended; with this filter
 * it is published by one of them, though each had a publisher of its own.
 */
const publishedChanges = (region: string) => ({
  eventName: ['INSERT'],
  dynamodb: { NewImage: { [eventLogKeys.region]: { S: [region] } } },
});
