import { Match, type Template } from 'aws-cdk-lib/assertions';
import {
  everythingOn,
  functionId,
  mappingOf,
  type Resource,
  resourcesOf,
  templateWith,
  theOne,
} from '../support/synth.ts';

const minimal = templateWith();
const everything = templateWith(everythingOn);
const configurations = [
  { name: 'minimal', template: minimal },
  { name: 'everything on', template: everything },
];

const alarmsOf = (template: Template): [string, Resource][] => resourcesOf(template, 'AWS::CloudWatch::Alarm');
const ours = (template: Template) => resourcesOf(template, 'AWS::Lambda::Function', { Handler: 'handler.handler' });
const tablesOf = (template: Template) => resourcesOf(template, 'AWS::DynamoDB::GlobalTable');

/** The dashboard's text, tokens as `<logical id>`. */
function dashboardOf(template: Template): string {
  const [, { Properties }] = theOne(template, 'AWS::CloudWatch::Dashboard');
  const parts: (string | { Ref: string })[] = Properties.DashboardBody['Fn::Join'][1];
  return parts.map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`)).join('');
}

interface Chart {
  readonly properties: { readonly title?: string; readonly metrics?: readonly unknown[][] };
}

const chartsOf = (template: Template): Chart[] => JSON.parse(dashboardOf(template)).widgets;

const chart = (template: Template, title: RegExp): readonly unknown[][] => {
  const found = chartsOf(template).find(({ properties }) => title.test(properties.title ?? ''));
  if (!found?.properties.metrics) throw new Error(`no chart ${title}`);
  return found.properties.metrics;
};

interface Referring {
  readonly Ref?: string;
  readonly 'Fn::GetAtt'?: readonly string[];
  /** A part of an ARN. */
  readonly 'Fn::Select'?: readonly [number, { readonly 'Fn::Split': readonly [string, Referring] }];
}

/** The logical id of what a dimension's value names. */
const referredBy = ({ Ref, 'Fn::GetAtt': attribute, 'Fn::Select': part }: Referring): string =>
  Ref ?? attribute?.[0] ?? (part ? referredBy(part[1]['Fn::Split'][1]) : '');

describe.each(configurations)('the alarms ($name)', ({ template }) => {
  const mappings = resourcesOf(template, 'AWS::Lambda::EventSourceMapping');

  it('are four for each consumer, two for each delivery stream and function with a dead-letter queue, one for each other function, rule, stream, table, index, API and dead-letter queue', () => {
    const indexes = tablesOf(template).flatMap(([, { Properties }]) => Properties.GlobalSecondaryIndexes ?? []);
    const others = ['AWS::Kinesis::Stream', 'AWS::ApiGateway::RestApi', 'AWS::SQS::Queue', 'AWS::Events::Rule'].flatMap(
      (type) => resourcesOf(template, type),
    );
    const withLetters = ours(template).filter(([, { Properties }]) => Properties.DeadLetterConfig);
    const deliveries = resourcesOf(template, 'AWS::KinesisFirehose::DeliveryStream');
    const single = [...ours(template), ...withLetters, ...tablesOf(template), ...indexes, ...others];
    expect(alarmsOf(template)).toHaveLength(4 * mappings.length + 2 * deliveries.length + single.length);
  });

  it('each carry their dimensions, and those name what is in the stack', () => {
    const ids = new Set(Object.keys(template.toJSON().Resources));
    for (const [id, { Properties }] of alarmsOf(template)) {
      const dimensions: { Name: string; Value: unknown }[] = Properties.Dimensions ?? [];
      const refs = dimensions.flatMap(({ Value }) =>
        typeof Value === 'object' ? [referredBy(Value as Referring)] : [],
      );
      const named = refs.length > 0 && refs.every((ref) => ids.has(ref));
      const api = dimensions.some(({ Name, Value }) => Name === 'ApiName' && Value === 'EventSourcing');
      expect([id, named || api]).toEqual([id, true]);
    }
  });

  it('say what to fear, in a sentence, and go off by data only', () => {
    for (const [, { Properties }] of alarmsOf(template)) {
      expect(Properties.AlarmDescription).toMatch(/^.{60,1024}\.$/);
      expect(Properties).toMatchObject({
        TreatMissingData: 'notBreaching',
        ComparisonOperator: expect.stringMatching(/^(Greater|Less)ThanThreshold$/),
      });
    }
  });
});

describe.each(['project-order', 'project-invoice', 'check-event'])('the alarms of %s', (consumer) => {
  const ofFunction = {
    Namespace: 'AWS/Lambda',
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId(minimal, consumer) } }],
  };
  const ofMapping = {
    Namespace: 'AWS/Lambda',
    Statistic: 'Sum',
    Threshold: 0,
    Dimensions: [{ Name: 'EventSourceMappingUUID', Value: { Ref: mappingOf(minimal, consumer)[0] } }],
  };

  it.each([
    { threshold: 300_000, text: 'is more than 5 minutes behind the stream: .+ 23 hours' },
    { threshold: 11.5 * 3_600_000, text: 'is more than 11.5 hours behind the stream: .+ set aside unhandled' },
  ])('go off $threshold ms behind the stream', ({ threshold, text }) =>
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...ofFunction,
      MetricName: 'IteratorAge',
      Statistic: 'Maximum',
      Threshold: threshold,
      AlarmDescription: Match.stringLikeRegexp(`^${consumer} ${text}`),
    }),
  );

  it('go off for records that were set aside, and say where they are', () =>
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...ofMapping,
      MetricName: 'OnFailureDestinationDeliveredEventCount',
      AlarmDescription: Match.stringLikeRegexp(`^${consumer} gave up on records: .+ in the on-failure bucket\\.$`),
    }));

  it('go off for records that could not even be set aside', () =>
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...ofMapping,
      MetricName: 'DroppedEventCount',
      AlarmDescription: Match.stringLikeRegexp(`^${consumer} could neither handle records nor set them aside`),
    }));

  it('go off when it is throttled', () =>
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', { ...ofFunction, MetricName: 'Throttles', Threshold: 0 }));
});

describe('the alarms of what they share', () => {
  it('follow the retention of the stream: half of the time after which records are set aside', () => {
    const alarms = resourcesOf(templateWith({ retention: '169' }), 'AWS::CloudWatch::Alarm', {
      MetricName: 'IteratorAge',
    });
    expect(alarms.map(([, { Properties }]) => Properties.Threshold / 3_600_000).toSorted()).toContain(84);
  });

  it('know of records that grow too old for the stream itself', () =>
    everything.hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'IteratorAge',
      Threshold: 4_380 * 3_600_000,
      AlarmDescription: Match.stringLikeRegexp('^project-order .+ records are gone from the stream unhandled'),
    }));

  it('go off when a shard refuses records', () =>
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Kinesis',
      MetricName: 'WriteProvisionedThroughputExceeded',
      Dimensions: [{ Name: 'StreamName', Value: { Ref: theOne(minimal, 'AWS::Kinesis::Stream')[0] } }],
      Statistic: 'Sum',
      Threshold: 0,
    }));

  it('go off when a table or its index refuses writes', () => {
    const table = minimal.toJSON().Outputs.OrderTableName.Value;
    for (const index of [[], [{ Name: 'GlobalSecondaryIndexName', Value: 'newestByAccount' }]]) {
      minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'AWS/DynamoDB',
        MetricName: 'WriteThrottleEvents',
        Dimensions: [...index, { Name: 'TableName', Value: table }],
        Threshold: 0,
      });
    }
  });

  it('go off when Firehose holds records for longer than any buffer', () => {
    for (const [id] of resourcesOf(minimal, 'AWS::KinesisFirehose::DeliveryStream')) {
      minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
        Namespace: 'AWS/Firehose',
        MetricName: 'DeliveryToS3.DataFreshness',
        Dimensions: [{ Name: 'DeliveryStreamName', Value: { Ref: id } }],
        Statistic: 'Maximum',
        Threshold: 900,
      });
    }
  });

  it.each([
    { delivery: 'EventArchive', folder: 'errors/processing-failed/', lack: 'events are missing from the archive' },
    {
      delivery: 'RevenueWindow',
      folder: 'sales_revenue_failed/processing-failed/',
      lack: 'lines of revenue are missing',
    },
  ])('go off when the function of $delivery fails, and say where its records may lie', ({ delivery, folder, lack }) => {
    const streams = resourcesOf(minimal, 'AWS::KinesisFirehose::DeliveryStream');
    const [id] = streams.find(([name]) => name.startsWith(delivery)) as [string, Resource];
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Firehose',
      MetricName: 'ExecuteProcessing.Success',
      Dimensions: [{ Name: 'DeliveryStreamName', Value: { Ref: id } }],
      Statistic: 'Minimum',
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      AlarmDescription: Match.stringLikeRegexp(`${lack}.* under ${folder}`),
    });
  });

  it.each([
    { rule: 'Sales', metric: 'InvocationsFailedToBeSentToDlq' },
    { rule: 'Inventory', metric: 'InvocationsFailedToBeSentToDlq' },
    { rule: 'IncompleteSales', metric: 'FailedInvocations' }, // its target is the dead-letter queue
    { rule: 'IncompleteInventory', metric: 'FailedInvocations' },
    { rule: 'Unknown', metric: 'FailedInvocations' },
  ])('go off when an event of the rule $rule gets nowhere, not even into the dead-letter queue', ({ rule, metric }) => {
    const isIt = ([id]: [string, Resource]) => id.replace(/[0-9A-F]{8}$/, '') === `StoreEvents${rule}`;
    const [id] = resourcesOf(minimal, 'AWS::Events::Rule').find(isIt) as [string, Resource];
    // `Ref` of a rule is `<bus>|<rule>`, the end of its ARN `rule/<bus>/<rule>`.
    const ruleName = { 'Fn::Select': [2, { 'Fn::Split': ['/', { 'Fn::GetAtt': [id, 'Arn'] }] }] };
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Events',
      MetricName: metric,
      Dimensions: [
        { Name: 'EventBusName', Value: { Ref: theOne(minimal, 'AWS::Events::EventBus')[0] } },
        { Name: 'RuleName', Value: ruleName },
      ],
      Statistic: 'Sum',
      Threshold: 0,
    });
  });

  it('go off when what keep-stock fails at does not get into the dead-letter queue', () =>
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/Lambda',
      MetricName: 'DeadLetterErrors',
      Dimensions: [{ Name: 'FunctionName', Value: { Ref: functionId(minimal, 'keep-stock') } }],
      Statistic: 'Sum',
      Threshold: 0,
    }));

  it("go off when more than one in a hundred of the API's callers is answered 5xx", () =>
    minimal.hasResourceProperties('AWS::CloudWatch::Alarm', {
      Namespace: 'AWS/ApiGateway',
      MetricName: '5XXError',
      Dimensions: [
        { Name: 'ApiName', Value: 'EventSourcing' },
        { Name: 'Stage', Value: { Ref: theOne(minimal, 'AWS::ApiGateway::Stage')[0] } },
      ],
      Statistic: 'Average',
      Period: 300,
      Threshold: 0.01,
    }));
});

describe.each(configurations)('the dashboard ($name)', ({ template }) => {
  it('shows every function, mapping, stream, table and bucket of the stack', () => {
    const text = dashboardOf(template);
    const shown = [
      ...ours(template),
      ...resourcesOf(template, 'AWS::Lambda::EventSourceMapping'),
      ...resourcesOf(template, 'AWS::Kinesis::Stream'),
      ...tablesOf(template),
      ...resourcesOf(template, 'AWS::S3::Bucket'),
      ...resourcesOf(template, 'AWS::ApiGateway::Stage'),
      ...resourcesOf(template, 'AWS::KinesisFirehose::DeliveryStream'),
    ];
    expect(shown.map(([id]) => id).filter((id) => !text.includes(`<${id}>`))).toEqual([]);
  });

  it('computes the cost of each function from its memory', () => {
    const expressions = chart(template, /^Cost/).flatMap(([first]) =>
      typeof first === 'object' ? [first as { expression: string; label: string }] : [],
    );
    const memory = Object.fromEntries(
      ours(template).map(([, { Properties }]) => [Properties.Description, Properties.MemorySize]),
    );
    const shown = expressions.map(({ label, expression }) => [
      label,
      Number(/^duration\d+ \* (\d+)$/.exec(expression)?.[1]),
    ]);
    expect(Object.fromEntries(shown)).toEqual(memory);
  });

  it('has at most 2,500 metrics, as many as CloudWatch takes', () => {
    const metrics = chartsOf(template).flatMap(({ properties }) => properties.metrics ?? []);
    expect(metrics.length).toBeLessThanOrEqual(2_500);
  });
});

describe('the dashboard', () => {
  it('shows network bytes of what Lambda Insights measures, and nothing of what it does not', () => {
    expect(JSON.stringify(chart(everything, /^Network/))).toContain('rx_bytes');
    expect(dashboardOf(minimal)).not.toContain('LambdaInsights');
  });

  it('shows the hottest shard where shards are measured, which is in production', () => {
    expect(JSON.stringify(chart(everything, /hottest shard/))).toContain('IncomingBytes');
    expect(theOne(everything, 'AWS::Kinesis::Stream')[1].Properties.DesiredShardLevelMetrics).toEqual([
      'IncomingBytes',
      'IncomingRecords',
    ]);
    expect(dashboardOf(minimal)).not.toContain('ShardId');
    expect(theOne(minimal, 'AWS::Kinesis::Stream')[1].Properties.DesiredShardLevelMetrics).toBeUndefined();
  });
});
