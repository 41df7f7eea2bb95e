import { type IMetric, type IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { EventStream } from '../event-stream.ts';
import { chart, sum } from './chart.ts';
import { deliveryAge, minute, objectCount, tableMetric } from './metrics.ts';
import type { Watched, WatchedTable } from './watched.ts';

export const streamCharts = (stream: EventStream): IWidget[] => [
  chart('Stream: records in', [stream.metricIncomingRecords({ ...sum, label: 'records' })], 'a minute', {
    right: [stream.metricIncomingBytes({ ...sum, label: 'bytes' })],
  }),
  chart(
    'Stream: throttled',
    [
      stream.metricWriteProvisionedThroughputExceeded({ ...sum, label: 'records refused' }),
      stream.metricReadProvisionedThroughputExceeded({ ...sum, label: 'reads refused' }),
    ],
    'a minute',
  ),
  ...(stream.measuresShards ? [hottestShard(stream)] : []),
];

/** The shards' names change with every split, so that the dashboard has to search for them. */
const hottestShard = (stream: EventStream): IWidget => {
  const hottest = (metric: string, label: string) =>
    new MathExpression({
      expression: `MAX(SEARCH('{AWS/Kinesis,ShardId,StreamName} MetricName="${metric}" StreamName="${stream.streamName}"', 'Sum', 60))`,
      usingMetrics: {},
      label,
      period: minute,
    });
  return chart(
    'Stream: the hottest shard, of 60,000 records and 60 MB',
    [hottest('IncomingRecords', 'records')],
    'a minute',
    {
      right: [hottest('IncomingBytes', 'bytes')],
    },
  );
};

export const deliveryCharts = ({ deliveries }: Watched): IWidget[] =>
  deliveries.length === 0
    ? []
    : [
        chart(
          'Firehose: the oldest record that is not delivered',
          deliveries.map(({ name, delivery }) => deliveryAge(delivery).with({ label: name })),
          'seconds',
        ),
      ];

export const deadLetterCharts = ({ deadLetterQueues }: Watched): IWidget[] =>
  deadLetterQueues.length === 0
    ? []
    : [
        chart(
          'Dead letters',
          deadLetterQueues.map(({ name, queue }) =>
            queue.metricApproximateNumberOfMessagesVisible({
              statistic: Stats.MAXIMUM,
              period: minute,
              label: name,
            }),
          ),
          'letters',
        ),
      ];

export const storeCharts = ({ tables, buckets }: Watched): IWidget[] => [
  chart(
    'Tables: write capacity',
    tables.flatMap((each) => [
      tableMetric(each, 'ConsumedWriteCapacityUnits').with({ label: each.name }),
      ...each.indexes.map((index) =>
        tableMetric(each, 'ConsumedWriteCapacityUnits', index).with({ label: `${each.name}, ${index}` }),
      ),
    ]),
    'units a minute',
  ),
  chart(
    'Tables: throttled writes (left), conditions that failed (right)',
    tables.flatMap((each) => [
      tableMetric(each, 'WriteThrottleEvents').with({ label: each.name }),
      ...each.indexes.map((index) =>
        tableMetric(each, 'WriteThrottleEvents', index).with({ label: `${each.name}, ${index}` }),
      ),
    ]),
    'a minute',
    {
      right: tables.map((each) => tableMetric(each, 'ConditionalCheckFailedRequests').with({ label: each.name })),
    },
  ),
  chart('Tables: errors of DynamoDB', tables.map(systemErrors), 'a minute'),
  chart(
    'Buckets: objects, counted once a day',
    buckets.map(({ name, bucket }) => objectCount(bucket).with({ label: name })),
    'objects',
  ),
];

/** DynamoDB counts its errors for each operation; whichever there were. */
const systemErrors = ({ name, table }: WatchedTable): IMetric =>
  new MathExpression({
    expression: `SUM(SEARCH('{AWS/DynamoDB,Operation,TableName} MetricName="SystemErrors" TableName="${table.tableName}"', 'Sum', 60))`,
    usingMetrics: {},
    label: name,
    period: minute,
  });
