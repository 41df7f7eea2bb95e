import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { orderTableKeys } from '../lambda/stores/order-table-keys.ts';
import type { EventStream } from './event-stream.ts';
import type { AppFunction } from './parts/app-function.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';
import { tableOptions } from './parts/table-options.ts';

export interface BatchingComparisonProps {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  readonly production: boolean;
}

export interface PutItem {
  readonly function: AppFunction;
  readonly table: TableV2;
}

interface Batches {
  readonly size: number;
  readonly window: Duration;
}

/**
 * stream → put-item-1 → table, stream → put-item-2 → table: one handler twice, which differ in nothing but their
 * batches, so that what they cost can be compared. Both read by enhanced fan-out, so as not to delay the others, and
 * are measured by Lambda Insights, which counts the network's bytes.
 */
export class BatchingComparison extends Construct {
  readonly putItem1: PutItem;
  readonly putItem2: PutItem;

  constructor(scope: Construct, id: string, props: BatchingComparisonProps) {
    super(scope, id);
    this.putItem1 = this.#putItem('1', { size: 100, window: Duration.seconds(30) }, props);
    this.putItem2 = this.#putItem('2', { size: 10, window: Duration.seconds(2) }, props);
  }

  #putItem(number: string, { size, window }: Batches, { production, ...props }: BatchingComparisonProps): PutItem {
    const table = new TableV2(this, `Table${number}`, {
      partitionKey: { name: orderTableKeys.partitionKey, type: AttributeType.STRING },
      sortKey: { name: orderTableKeys.sortKey, type: AttributeType.STRING },
      ...tableOptions(production),
    });
    const consumer = new StreamConsumer(this, `PutItem${number}`, {
      ...props,
      name: `put-item-${number}`,
      folder: 'put-item',
      consequence: 'the comparison of batches misses orders',
      eventTypes: ['OrderPlaced'],
      environment: { ORDER_TABLE: table.tableName },
      memoryMiB: 256, // little is to be done, and what it costs to wait should show
      batchSize: size,
      batchingWindow: window,
      ownReads: true,
      insights: true,
    });
    consumer.function.allow(['dynamodb:UpdateItem'], table.tableArn);
    return { function: consumer.function, table };
  }
}
