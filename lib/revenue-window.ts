import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { revenueTableKeys } from '../lambda/stores/revenue-table-keys.ts';
import type { EventStream } from './event-stream.ts';
import type { OrderApi } from './order-api.ts';
import { AppFunction } from './parts/app-function.ts';
import { BucketDelivery } from './parts/bucket-delivery.ts';
import { PrivateBucket } from './parts/private-bucket.ts';
import { StreamConsumer } from './parts/stream-consumer.ts';
import { tableOptions } from './parts/table-options.ts';
import type { Settings } from './settings.ts';

export interface RevenueWindowProps extends Pick<Settings, 'production' | 'revenueWindow' | 'revenueLateness'> {
  readonly stream: EventStream;
  readonly onFailure: IBucket;
  /** Where `GET /revenue` is asked. */
  readonly api: OrderApi;
}

/**
 * As many records as one invocation's 6 MB hold beside the state, at most: the fewer
 * invocations, the less state is read.
 */
const batchSize = 5_000;
const longestGatheringSeconds = 5;
const longestBufferSeconds = 60;

/**
 * stream → aggregate-revenue → table and Firehose → format-revenue-line → bucket; client ← GET /revenue ←
 * table. Sales are summed in tumbling windows of each shard; Firehose gathers their lines as long as a window
 * lasts, at most a minute.
 */
export class RevenueWindow extends Construct {
  readonly table: TableV2;
  readonly bucket: PrivateBucket;

  constructor(scope: Construct, id: string, { production, api, ...props }: RevenueWindowProps) {
    super(scope, id);
    const { partitionKey, sortKey } = revenueTableKeys;
    this.table = new TableV2(this, 'Revenue', {
      partitionKey: { name: partitionKey, type: AttributeType.STRING },
      sortKey: { name: sortKey, type: AttributeType.STRING },
      ...tableOptions(production),
    });
    this.bucket = new PrivateBucket(this, 'Lines', { production });
    const delivery = this.#deliver(props);
    this.#aggregate(delivery, props);
    api.route('GET', '/revenue', this.#query());
  }

  #aggregate(delivery: CfnDeliveryStream, props: Omit<RevenueWindowProps, 'production' | 'api'>): void {
    const { stream, onFailure, revenueWindow, revenueLateness } = props;
    const gathering = Math.min(longestGatheringSeconds, Math.floor(revenueWindow / 12));
    const consumer = new StreamConsumer(this, 'Consumer', {
      stream,
      onFailure,
      name: 'aggregate-revenue',
      consequence: 'sales are missing from the revenue',
      eventTypes: ['SaleRecorded'],
      environment: {
        REVENUE_TABLE: this.table.tableName,
        REVENUE_STREAM: delivery.ref,
        LATENESS_MINUTES: String(revenueLateness),
      },
      tumblingWindow: Duration.seconds(revenueWindow),
      batchSize,
      ...(gathering > 0 && { batchingWindow: Duration.seconds(gathering) }),
      retryAttempts: 2, // what it says of a record, it says again
      memoryMiB: 512, // up to 6 MB of records at once
    });
    consumer.function.allow(['dynamodb:BatchWriteItem'], this.table.tableArn);
    consumer.function.allow(['firehose:PutRecordBatch'], delivery.attrArn);
    consumer.mapping.node.addDependency(this.bucket);
  }

  #deliver({ revenueWindow }: Pick<RevenueWindowProps, 'revenueWindow'>): CfnDeliveryStream {
    const gatheredSeconds = Math.min(longestBufferSeconds, revenueWindow);
    const delivery = new BucketDelivery(this, 'Delivery', {
      transform: new AppFunction(this, 'Format', { name: 'format-revenue-line' }),
      transformAfterSeconds: gatheredSeconds,
      consequence: 'lines of revenue are missing from its bucket',
      bucket: this.bucket,
      keys: ['sales_revenue*'],
      prefix: 'sales_revenue/!{timestamp:yyyy/MM/dd/HH}/',
      errorOutputPrefix: 'sales_revenue_failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/',
      fileExtension: '.json',
      bufferingHints: { intervalInSeconds: gatheredSeconds, sizeInMBs: 1 },
    });
    return delivery.stream;
  }

  #query(): AppFunction {
    const query = new AppFunction(this, 'Query', {
      name: 'query-revenue',
      environment: { REVENUE_TABLE: this.table.tableName },
    });
    query.allow(['dynamodb:Query'], this.table.tableArn);
    return query;
  }
}
