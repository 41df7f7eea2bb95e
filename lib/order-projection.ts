import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { newestByAccount, orderTableKeys } from '../lambda/stores/order-table-keys.ts';
import type { EventStream } from './event-stream.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';

export interface OrderProjectionProps {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  readonly production: boolean;
}

/** stream → project-order → table: the latest order of every account and vendor, whatever arrives twice or late. */
export class OrderProjection extends Construct {
  readonly table: TableV2;

  constructor(scope: Construct, id: string, { production, ...props }: OrderProjectionProps) {
    super(scope, id);
    const { partitionKey, sortKey, receivedAtEventId } = orderTableKeys;
    this.table = new TableV2(this, 'Orders', {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      globalSecondaryIndexes: [
        {
          indexName: newestByAccount,
          partitionKey: { name: partitionKey, type: AttributeType.STRING },
          sortKey: { name: receivedAtEventId, type: AttributeType.STRING },
        },
      ],
      billing: Billing.onDemand(),
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: production },
      deletionProtection: production,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });

    const consumer = new StreamConsumer(this, 'Consumer', {
      ...props,
      name: 'project-order',
      consequence: 'orders are missing from what GET /order answers',
      eventTypes: ['OrderPlaced'],
      environment: { ORDER_TABLE: this.table.tableName },
    });
    consumer.function.addToRolePolicy(
      new PolicyStatement({ actions: ['dynamodb:UpdateItem'], resources: [this.table.tableArn] }),
    );
  }
}
