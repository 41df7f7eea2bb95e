import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { AppFunction } from '../parts/app-function.ts';
import type { BucketDelivery } from '../parts/bucket-delivery.ts';
import type { PrivateBucket } from '../parts/private-bucket.ts';
import type { WatchedMapping, WatchedRule, WatchedTable } from './watched.ts';

/** Metrics that CDK has no method for, each with its dimensions. */

export const minute = Duration.minutes(1);

/** https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html, event source mapping metrics */
export type MappingMetric =
  | 'InvokedEventCount'
  | 'FilteredOutEventCount'
  | 'OnFailureDestinationDeliveredEventCount'
  | 'DroppedEventCount';

export const mappingMetric = (mapping: WatchedMapping, metricName: MappingMetric): Metric =>
  new Metric({
    namespace: 'AWS/Lambda',
    metricName,
    dimensionsMap: { EventSourceMappingUUID: mapping.id },
    statistic: Stats.SUM,
    period: minute,
  });

/** The age of the last record of a batch when the function is done with it, in milliseconds. */
export const iteratorAge = (mapping: WatchedMapping): Metric =>
  mapping.function.metric('IteratorAge', { statistic: Stats.MAXIMUM, period: minute });

/**
 * Bytes of each invocation. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Lambda-Insights-metrics.html
 */
export const networkMetric = ({ functionName }: AppFunction, metricName: 'rx_bytes' | 'tx_bytes'): Metric =>
  new Metric({
    namespace: 'LambdaInsights',
    metricName,
    dimensionsMap: { function_name: functionName },
    statistic: Stats.SUM,
    period: minute,
  });

/** What S3 tells of its objects without a charge, once a day. */
export const objectCount = ({ bucketName }: PrivateBucket): Metric =>
  new Metric({
    namespace: 'AWS/S3',
    metricName: 'NumberOfObjects',
    dimensionsMap: { BucketName: bucketName, StorageType: 'AllStorageTypes' },
    statistic: Stats.AVERAGE,
    period: Duration.days(1),
  });

/** How old the oldest record is that Firehose hasn't delivered, in seconds. */
export const deliveryAge = (delivery: BucketDelivery): Metric =>
  deliveryMetric(delivery, 'DeliveryToS3.DataFreshness', Stats.MAXIMUM);

/** Which share of its function's invocations succeeded, from 0 to 1: the worst of five minutes. */
export const processingSuccess = (delivery: BucketDelivery): Metric =>
  deliveryMetric(delivery, 'ExecuteProcessing.Success', Stats.MINIMUM);

/** https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html */
const deliveryMetric = ({ stream }: BucketDelivery, metricName: string, statistic: string): Metric =>
  new Metric({
    namespace: 'AWS/Firehose',
    metricName,
    dimensionsMap: { DeliveryStreamName: stream.ref },
    statistic,
    period: Duration.minutes(5),
  });

/**
 * Events that a rule took and that are gone: its dead-letter queue has none of them, or there is none.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export const lostEvents = ({ busName, ruleName, hasDeadLetters }: WatchedRule): Metric =>
  new Metric({
    namespace: 'AWS/Events',
    metricName: hasDeadLetters ? 'InvocationsFailedToBeSentToDlq' : 'FailedInvocations',
    dimensionsMap: { EventBusName: busName, RuleName: ruleName },
    statistic: Stats.SUM,
    period: minute,
  });

/** A table's own metric, or one of its indexes', which the table's doesn't include. */
export const tableMetric = ({ table }: WatchedTable, metricName: string, index?: string): Metric =>
  table.metric(metricName, {
    statistic: Stats.SUM,
    period: minute,
    ...(index === undefined ? {} : { dimensionsMap: { TableName: table.tableName, GlobalSecondaryIndexName: index } }),
  });
