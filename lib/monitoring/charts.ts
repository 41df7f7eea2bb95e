import { type IMetric, type IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { AppFunction } from '../parts/app-function.ts';
import { chart, heading, sum } from './chart.ts';
import { iteratorAge, type MappingMetric, mappingMetric, minute, networkMetric } from './metrics.ts';
import { deadLetterCharts, deliveryCharts, storeCharts, streamCharts } from './store-charts.ts';
import type { Watched } from './watched.ts';

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
  [...deliveryCharts(watched), ...deadLetterCharts(watched)],
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
