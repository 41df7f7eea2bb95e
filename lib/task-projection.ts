import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { newestByList, taskListKeys } from '../lambda/stores/task-list-keys.ts';
import type { EventStream } from './event-stream.ts';
import { PrivateBucket } from './parts/private-bucket.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';
import { tableOptions } from './parts/table-options.ts';

export interface TaskProjectionProps {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  readonly production: boolean;
}

/** stream → project-task → bucket of every event, and table of every task for the lists. Both go by version. */
export class TaskProjection extends Construct {
  readonly audit: PrivateBucket;
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { production, ...props }: TaskProjectionProps) {
    super(scope, id);
    this.audit = new PrivateBucket(this, 'Audit', { production });
    this.table = new TableV2(this, 'Tasks', {
      partitionKey: { name: taskListKeys.partitionKey, type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: newestByList,
          partitionKey: { name: taskListKeys.list, type: AttributeType.STRING },
          sortKey: { name: taskListKeys.createdAtId, type: AttributeType.STRING },
        },
      ],
      ...tableOptions(production),
    });

    const consumer = new StreamConsumer(this, 'Consumer', {
      ...props,
      name: 'project-task',
      consequence: 'tasks are missing from what GET /tasks answers, and their events from the audit bucket',
      eventTypes: ['TaskCreated', 'TaskUpdated', 'TaskDeleted'],
      environment: { AUDIT_BUCKET: this.audit.bucketName, TASK_TABLE: this.table.tableName },
    });
    consumer.function.allow(['dynamodb:GetItem', 'dynamodb:PutItem'], this.table.tableArn);
    consumer.function.allow(['s3:PutObject'], this.audit.arnForObjects('events/task/*'));
    consumer.mapping.node.addDependency(this.audit);
  }
}
