import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { Alarm, ComparisonOperator, type IMetric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { EventStream } from '../event-stream.ts';
import type { AppFunction } from '../parts/app-function.ts';
import {
  deliveryAge,
  iteratorAge,
  lostEvents,
  mappingMetric,
  minute,
  processingSuccess,
  tableMetric,
} from './metrics.ts';
import type { Watched, WatchedMapping, WatchedRule, WatchedTable } from './watched.ts';

interface AlarmProps {
  readonly id: string;
  readonly metric: IMetric;
  readonly threshold: number;
  /** On which side of the threshold it goes off. @default above */
  readonly side?: 'above' | 'below';
  /** What a human should fear. */
  readonly text: string;
}

const hourMs = 3_600_000;
const lateMinutes = 5;
const errorsPercent = 1;
/** https://docs.aws.amazon.com/firehose/latest/dev/firehose-cloudwatch-metrics-best-practices.html */
const undeliveredMinutes = 15;

/** Every alarm of the stack, in `scope`. No data is no alarm: what nobody uses sends none. */
export function addAlarms(scope: Construct, watched: Watched): void {
  const alarms = [
    ...watched.mappings.flatMap(ofMapping),
    ...watched.functions.flatMap((watchedFunction) => ofFunction(watchedFunction, watched)),
    ...watched.rules.map(ofRule),
    ...watched.streams.map(ofStream),
    ...watched.tables.flatMap(ofTable),
    ...watched.apis.map(ofApi),
    ...watched.deliveries.flatMap(ofDelivery),
    ...watched.deadLetterQueues.map(ofDeadLetters),
  ];
  for (const { id, metric, threshold, side = 'above', text } of alarms) {
    new Alarm(scope, id, {
      metric,
      threshold,
      alarmDescription: text,
      comparisonOperator:
        side === 'above' ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}

const ofMapping = (mapping: WatchedMapping): AlarmProps[] => {
  const { name } = mapping.function;
  const { consequence, recordAgeHours, fate } = mapping;
  const half = recordAgeHours / 2;
  return [
    {
      id: `${name}-FallsBehind`,
      metric: iteratorAge(mapping),
      threshold: lateMinutes * 60_000,
      text:
        `${name} is more than ${lateMinutes} minutes behind the stream: ${consequence}. ` +
        `What is ${recordAgeHours} hours old is ${fate} unhandled.`,
    },
    {
      id: `${name}-RunsOutOfTime`,
      metric: iteratorAge(mapping),
      threshold: half * hourMs,
      text:
        `${name} is more than ${half} hours behind the stream: ${consequence}. In as many hours again its oldest ` +
        `records are ${fate} unhandled, and it catches up only once it is faster than what arrives.`,
    },
    {
      id: `${name}-GivesUp`,
      metric: mappingMetric(mapping, 'OnFailureDestinationDeliveredEventCount'),
      threshold: 0,
      text: `${name} gave up on records: ${consequence}. They lie, whole, in the on-failure bucket.`,
    },
    {
      id: `${name}-Loses`,
      metric: mappingMetric(mapping, 'DroppedEventCount'),
      threshold: 0,
      text:
        `${name} could neither handle records nor set them aside: ${consequence}. They remain only on the stream, ` +
        'until it forgets them: see whether the function may still write to the on-failure bucket, and replay.',
    },
  ];
};

const gone = 'They are gone, unless who sent them still has them: see whether that queue may still be written to.';

const ofFunction = (watchedFunction: AppFunction, { mappings }: Watched): AlarmProps[] => {
  const { name, deadLetterQueue } = watchedFunction;
  const throttled = {
    id: `${name}-Throttled`,
    metric: watchedFunction.metricThrottles({ statistic: Stats.SUM, period: minute }),
    threshold: 0,
    text:
      `${name} was throttled: the account's concurrency is used up. ` +
      (mappings.some((mapping) => mapping.function === watchedFunction)
        ? 'Its records wait on the stream, and it falls behind.'
        : 'Whoever called it was refused, or waits for another try.'),
  };
  if (!deadLetterQueue) return [throttled];
  const loses = {
    id: `${name}-Loses`,
    metric: watchedFunction.metric('DeadLetterErrors', { statistic: Stats.SUM, period: minute }),
    threshold: 0,
    text: `${name} could neither handle events nor put them into its dead-letter queue. ${gone}`,
  };
  return [throttled, loses];
};

const ofRule = (rule: WatchedRule): AlarmProps => ({
  id: `${rule.name}-Loses`,
  metric: lostEvents(rule),
  threshold: 0,
  text: `Events that the rule ${rule.name} took got nowhere, not even into the dead-letter queue. ${gone}`,
});

const ofStream = (stream: EventStream): AlarmProps => ({
  id: `${stream.node.id}-RefusesWrites`,
  metric: stream.metricWriteProvisionedThroughputExceeded({ statistic: Stats.SUM, period: minute }),
  threshold: 0,
  text:
    'A shard of the event stream refused records: more came than it takes, 1,000 records or 1 MB a second. Orders ' +
    'are answered 503, or as refused within a batch, and have to be sent again. More shards help, unless one ' +
    'partition key is the hot one.',
});

const ofTable = (watched: WatchedTable): AlarmProps[] => {
  const refused = (what: string) =>
    `${what} refused writes: one key takes more than 1,000 a second, or the account's limit is reached. A consumer ` +
    'that writes to it tries again, then falls behind; who asked the API for the change is answered 503.';
  return [
    {
      id: `${watched.name}-RefusesWrites`,
      metric: tableMetric(watched, 'WriteThrottleEvents'),
      threshold: 0,
      text: refused(`The table ${watched.name}`),
    },
    ...watched.indexes.map((index) => ({
      id: `${watched.name}-${index}-RefusesWrites`,
      metric: tableMetric(watched, 'WriteThrottleEvents', index),
      threshold: 0,
      text: `${refused(`The index ${index} of the table ${watched.name}`)} The table refuses what its index refuses.`,
    })),
  ];
};

const ofApi = (api: RestApi): AlarmProps => ({
  id: 'Api-Fails',
  // The average of this metric is the rate:
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
  metric: api.deploymentStage.metricServerError({ statistic: Stats.AVERAGE, period: Duration.minutes(5) }),
  threshold: errorsPercent / 100,
  text:
    `More than ${errorsPercent} % of the API's callers are answered 5xx: their orders are not taken, or it is unknown ` +
    'whether they were. Those who send again under the same Idempotency-Key lose and double nothing; the others might.',
});

const ofDelivery = ({ name, delivery }: Watched['deliveries'][number]): AlarmProps[] => [
  {
    id: `${name}-Stalls`,
    metric: deliveryAge(delivery),
    threshold: undeliveredMinutes * 60,
    text:
      `${name} holds records for more than ${undeliveredMinutes} minutes, longer than any of its buffers: its bucket lacks ` +
      'them. Firehose keeps trying for a day, then they are gone.',
  },
  {
    id: `${name}-FailsToProcess`,
    metric: processingSuccess(delivery),
    threshold: 1,
    side: 'below',
    text:
      `The function of ${name} failed, or was refused. Firehose tries a while longer; then ${delivery.consequence}. They ` +
      `lie, whole, under ${delivery.failures}/ in its bucket: see what lies there, and bring it in by hand.`,
  },
];

const ofDeadLetters = ({ name, queue }: Watched['deadLetterQueues'][number]): AlarmProps => ({
  id: `${name}-NotEmpty`,
  metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: Stats.MAXIMUM, period: minute }),
  threshold: 0,
  text: `Events lie in ${name}: ${queue.consequence}. They lie there, whole, for 14 days.`,
});
