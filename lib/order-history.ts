import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { Slot } from '../lambda/stores/slot.ts';
import type { OrderApi } from './order-api.ts';
import { AppFunction } from './parts/app-function.ts';

export interface OrderHistoryProps {
  /** Where `GET /order/events` is asked. */
  readonly api: OrderApi;
  /** What remembers which events an order has met, one a slot. */
  readonly orders: Readonly<Record<Slot, { readonly table: ITableV2 }>>;
  /** What each event said, one a slot. */
  readonly invoices: Readonly<Record<Slot, { readonly bucket: IBucket }>>;
  /** Which slots those are at the moment. */
  readonly live: ITableV2;
}

/** client ← GET /order/events ← query-history ← orders, invoices: what happened to an order and when. */
export class OrderHistory extends Construct {
  constructor(scope: Construct, id: string, { api, orders, invoices, live }: OrderHistoryProps) {
    super(scope, id);
    const query = new AppFunction(this, 'Query', {
      name: 'query-history',
      memoryMiB: 512, // 5 MB of orders, as texts and as values
      environment: {
        LIVE_TABLE: live.tableName,
        BLUE_ORDER_TABLE: orders.blue.table.tableName,
        GREEN_ORDER_TABLE: orders.green.table.tableName,
        BLUE_INVOICE_BUCKET: invoices.blue.bucket.bucketName,
        GREEN_INVOICE_BUCKET: invoices.green.bucket.bucketName,
      },
    });
    const tables = [live, orders.blue.table, orders.green.table];
    const buckets = [invoices.blue.bucket, invoices.green.bucket];
    query.allow(['dynamodb:GetItem'], ...tables.map(({ tableArn }) => tableArn));
    query.allow(['s3:GetObject'], ...buckets.map((bucket) => bucket.arnForObjects('invoices/*')));
    // Without the right to list it, S3 answers 403 where there is no invoice yet.
    query.allow(['s3:ListBucket'], ...buckets.map(({ bucketArn }) => bucketArn));
    api.route('GET', '/order/events', query);
  }
}
