import {
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  MathExpression,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { EventStream } from '../event-stream.ts';
import type { AppFunction } from '../parts/app-function.ts';
import {
  iteratorAge,
  type MappingMetric,
  mappingMetric,
  minute,
  networkMetric,
  objectCount,
  tableMetric,
} from './metrics.ts';
import type { Watched, WatchedTable } from './watched.ts';

const third = 8; // of a dashboard's 24 columns

const chart = (title: string, left: IMetric[], unit: string, more: GraphWidgetProps = {}): IWidget =>
  new GraphWidget({ title, left, width: third, leftYAxis: { label: unit, min: 0, showUnits: false }, ...more });

const heading = (markdown: string): IWidget => new TextWidget({ markdown, width: 3 * third, height: 1 });

const sum = { statistic: Stats.SUM, period: minute };

/** The dashboard, a row of charts a list. */
export const chartsOf = (watched: Watched): IWidget[][] => [
  [heading('## Functions')],
  functionCharts(watched),
  [...(measured(watched).length > 0 ? [networkChart(watched)] : []), ...apiCharts(watched)],
  [heading('## Who reads the streams')],
  mappingCharts(watched),
  [heading('## Stream and stores')],
  watched.streams.flatMap(streamCharts),
  storeCharts(watched),
];

const functionCharts = ({ functions }: Watched): IWidget[] => [
  chart(
    'Cost: milliseconds × memory, without cold starts',
    functions.map((each, index) => megabyteMilliseconds(each, index)),
    'MB-ms a minute',
    { stacked: true },
  ),
  chart(
    'Duration, 99th percentile',
    functions.map((each) => each.metricDuration({ statistic: Stats.percentile(99), period: minute, label: each.name })),
    'ms',
  ),
  chart(
    'Errors (left) and throttles (right)',
    functions.map((each) => each.metricErrors({ ...sum, label: each.name })),
    'a minute',
    { right: functions.map((each) => each.metricThrottles({ ...sum, label: `${each.name}, throttled` })) },
  ),
];

const megabyteMilliseconds = (each: AppFunction, index: number): IMetric =>
  new MathExpression({
    expression: `duration${index} * ${each.memoryMiB}`,
    usingMetrics: { [`duration${index}`]: each.metricDuration(sum) },
    label: each.name,
    period: minute,
  });

const measured = ({ functions }: Watched): AppFunction[] => functions.filter(({ insights }) => insights);

const networkChart = (watched: Watched): IWidget =>
  chart(
    'Network, where Lambda Insights measures it',
    measured(watched).flatMap((each) => [
      networkMetric(each, 'rx_bytes').with({ label: `${each.name}, received` }),
      networkMetric(each, 'tx_bytes').with({ label: `${each.name}, sent` }),
    ]),
    'bytes a minute',
  );

const apiCharts = ({ apis }: Watched): IWidget[] =>
  apis.map(({ deploymentStage: stage }) =>
    chart(
      'API: requests and what was refused (left), latency (right)',
      [
        stage.metricCount({ ...sum, label: 'requests' }),
        stage.metricClientError({ ...sum, label: '4xx' }),
        stage.metricServerError({ ...sum, label: '5xx' }),
      ],
      'a minute',
      { right: [stage.metricLatency({ statistic: Stats.percentile(99), period: minute, label: 'latency, p99, ms' })] },
    ),
  );

const mappingCharts = ({ mappings }: Watched): IWidget[] => {
  const each = (name: MappingMetric, label = '') =>
    mappings.map((mapping) => mappingMetric(mapping, name).with({ label: `${mapping.function.name}${label}` }));
  return [
    chart(
      'Batch size',
      mappings.map((mapping, index) => batchSize(mapping.function, mappingMetric(mapping, 'InvokedEventCount'), index)),
      'records an invocation',
    ),
    chart(
      'Behind the stream',
      mappings.map((mapping) => iteratorAge(mapping).with({ label: mapping.function.name })),
      'ms',
    ),
    chart('Filtered out: never delivered, never paid for', each('FilteredOutEventCount'), 'records a minute'),
    chart(
      'Set aside in the on-failure bucket, and lost',
      [...each('OnFailureDestinationDeliveredEventCount', ', set aside'), ...each('DroppedEventCount', ', lost')],
      'records a minute',
    ),
  ];
};

const batchSize = (reader: AppFunction, records: IMetric, index: number): IMetric =>
  new MathExpression({
    expression: `records${index} / invocations${index}`,
    usingMetrics: { [`records${index}`]: records, [`invocations${index}`]: reader.metricInvocations(sum) },
    label: reader.name,
    period: minute,
  });

const streamCharts = (stream: EventStream): IWidget[] => [
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

const storeCharts = ({ tables, buckets }: Watched): IWidget[] => [
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
