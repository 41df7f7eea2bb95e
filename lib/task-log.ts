import { AttributeType, type ITableV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { eventLogKeys, snapshotKey } from '../lambda/stores/event-log-keys.ts';
import { newestByList } from '../lambda/stores/task-list-keys.ts';
import type { OrderApi } from './order-api.ts';
import { AppFunction } from './parts/app-function.ts';
import { tableOptions } from './parts/table-options.ts';

export interface TaskLogProps {
  readonly api: OrderApi;
  /** What `GET /tasks` lists. */
  readonly views: ITableV2;
  readonly production: boolean;
}

/** client → handle-task-command → event log, the truth about every task; client ← query-tasks ← event log, views. */
export class TaskLog extends Construct {
  /** Every event of every task, an item each. */
  readonly events: TableV2;
  readonly #snapshots: TableV2;

  constructor(scope: Construct, id: string, { api, views, production }: TaskLogProps) {
    super(scope, id);
    this.events = new TableV2(this, 'Events', {
      partitionKey: { name: eventLogKeys.partitionKey, type: AttributeType.STRING },
      sortKey: { name: eventLogKeys.sortKey, type: AttributeType.NUMBER },
      ...tableOptions(production),
    });
    // Beside the log and not in it, where each would wake the publisher.
    this.#snapshots = new TableV2(this, 'Snapshots', {
      partitionKey: { name: snapshotKey, type: AttributeType.STRING },
      ...tableOptions(production),
    });

    const command = this.#function('Command', 'handle-task-command');
    allow(command, ['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:Query'], this.events.tableArn);
    allow(command, ['dynamodb:GetItem', 'dynamodb:PutItem'], this.#snapshots.tableArn);
    api.route('POST', '/tasks', command);
    api.route('PATCH', '/tasks/{id}', command);
    api.route('DELETE', '/tasks/{id}', command);

    const query = this.#function('Query', 'query-tasks', { TASK_TABLE: views.tableName });
    allow(query, ['dynamodb:Query'], this.events.tableArn);
    allow(query, ['dynamodb:GetItem'], this.#snapshots.tableArn);
    allow(query, ['dynamodb:Query'], `${views.tableArn}/index/${newestByList}`);
    api.route('GET', '/tasks', query);
    api.route('GET', '/tasks/{id}', query);
    api.route('GET', '/tasks/{id}/events', query);
  }

  #function(id: string, name: string, environment: Record<string, string> = {}): AppFunction {
    return new AppFunction(this, id, {
      name,
      environment: { EVENT_LOG: this.events.tableName, SNAPSHOT_TABLE: this.#snapshots.tableName, ...environment },
    });
  }
}

const allow = (target: AppFunction, actions: string[], resource: string) =>
  target.addToRolePolicy(new PolicyStatement({ actions, resources: [resource] }));
