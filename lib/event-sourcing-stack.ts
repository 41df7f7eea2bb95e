import { CfnOutput, MissingRemovalPolicies, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { BatchingComparison } from './batching-comparison.ts';
import { EventArchive } from './event-archive.ts';
import { EventCheck } from './event-check.ts';
import { EventStream } from './event-stream.ts';
import { examples } from './examples.ts';
import { InvoiceProjection } from './invoice-projection.ts';
import { LiveSlots, slotNames } from './live-slots.ts';
import { Monitoring } from './monitoring.ts';
import { OrderApi } from './order-api.ts';
import { OrderHistory } from './order-history.ts';
import { OrderProjection } from './order-projection.ts';
import { PrivateBucket } from './parts/private-bucket.ts';
import { ReplayRole } from './replay-role.ts';
import { RevenueWindow } from './revenue-window.ts';
import type { Settings } from './settings.ts';
import { StoreEvents } from './store-events.ts';
import { TaskLog } from './task-log.ts';
import { TaskProjection } from './task-projection.ts';

/** The picture of the whole: one `new` a box, and the arrows are its props. */
export class EventSourcingStack extends Stack {
  constructor(scope: Construct, id: string, settings: Settings) {
    const { production, region } = settings;
    super(scope, id, { terminationProtection: production, ...(region && { env: { region } }) });
    this.templateOptions.metadata = { Examples: examples(settings.auth) };

    // Every event, and where what nobody could handle is set aside.
    const stream = new EventStream(this, 'EventStream', settings);
    const onFailure = new PrivateBucket(this, 'OnFailure', { production });

    // stream → who listens → what it keeps
    const orders = new OrderProjection(this, 'OrderProjection', { stream, onFailure, production });
    const invoices = new InvoiceProjection(this, 'InvoiceProjection', { stream, onFailure, production });
    const taskViews = new TaskProjection(this, 'TaskProjection', { stream, onFailure, production });
    new EventCheck(this, 'EventCheck', { stream, onFailure });
    const comparison = settings.batchingComparison
      ? new BatchingComparison(this, 'BatchingComparison', { stream, onFailure, production })
      : undefined;

    // stream → archive: every event, beyond the stream's retention
    const archive = new EventArchive(this, 'EventArchive', { stream, production });

    // stores → bus → stream, stock, or what nobody takes
    const stores = new StoreEvents(this, 'StoreEvents', { stream, production });

    // Which slot of the orders and of the invoices is read, and what feeds them once more.
    const live = new LiveSlots(this, 'LiveSlots', { production });
    const replay = new ReplayRole(this, 'ReplayRole', {
      functions: [orders, invoices].flatMap(({ slots: { blue, green } }) => [
        blue.consumer.function,
        green.consumer.function,
      ]),
    });

    // client → POST /order → stream; client ← GET /order ← orders; client ← GET /invoice ← orders, invoices
    const api = new OrderApi(this, 'OrderApi', {
      ...settings,
      stream,
      orders: orders.slots,
      invoices: invoices.slots,
      live: live.table,
    });

    // client ← GET /order/events ← orders, invoices
    new OrderHistory(this, 'OrderHistory', { api, orders: orders.slots, invoices: invoices.slots, live: live.table });

    // client → tasks API → event log → publisher → stream
    const tasks = new TaskLog(this, 'TaskLog', { ...settings, api, stream, onFailure, views: taskViews.table });

    // stream → windows of revenue → table, lines in S3; client ← GET /revenue ← table
    const revenue = new RevenueWindow(this, 'RevenueWindow', { ...settings, stream, onFailure, api });

    // Whoever is here by now has its charts and its alarms: new boxes stand above.
    new Monitoring(this, 'Monitoring');
    MissingRemovalPolicies.of(this).destroy();

    const outputs = {
      ApiUrl: api.url,
      ApiKeyId: api.key?.keyId,
      StreamName: stream.streamName,
      OnFailureBucketName: onFailure.bucketName,
      ArchiveBucketName: archive.bucket.bucketName,
      OrderTableName: orders.slots.blue.table.tableName,
      InvoiceBucketName: invoices.slots.blue.bucket.bucketName,
      Slots: this.toJsonString({
        orders: slotNames(orders.slots, ({ table }) => table.tableName),
        invoices: slotNames(invoices.slots, ({ bucket }) => bucket.bucketName),
      }),
      LiveTableName: live.table.tableName,
      ReplayRoleArn: replay.arn,
      EventLogTableName: tasks.events.tableName,
      TaskTableName: taskViews.table.tableName,
      TaskAuditBucketName: taskViews.audit.bucketName,
      StoreBusName: stores.bus.eventBusName,
      StoreDeadLetterQueueUrl: stores.deadLetters.queueUrl,
      StockTableName: stores.stock.tableName,
      ProducerFunctionName: stores.producer.functionName,
      RevenueTableName: revenue.table.tableName,
      RevenueBucketName: revenue.bucket.bucketName,
      PutItem1FunctionName: comparison?.putItem1.function.functionName,
      PutItem1TableName: comparison?.putItem1.table.tableName,
      PutItem2FunctionName: comparison?.putItem2.function.functionName,
      PutItem2TableName: comparison?.putItem2.table.tableName,
    };
    for (const [name, value] of Object.entries(outputs)) if (value) new CfnOutput(this, name, { value });
  }
}
