import type { Template } from 'aws-cdk-lib/assertions';
import { everythingOn, functionNames, policiesOf, resourcesOf, templateWith } from '../support/synth.ts';

/** The function's rights, one line an action and resource: `dynamodb:GetItem Orders`. */
function rightsOf(template: Template, name: string): string[] {
  const statements = policiesOf(template, name).flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  return statements
    .flatMap(({ Effect, Action, Resource, Condition }) => {
      expect({ Effect, Condition }).toEqual({ Effect: 'Allow' });
      return [Action].flat().flatMap((action) => [Resource].flat().map((on) => `${action} ${readable(on)}`));
    })
    .sort();
}

/** An ARN of the template by the box that it belongs to: its logical id without the hash. */
function readable(arn: unknown): string {
  if (typeof arn === 'string') return arn;
  const {
    Ref,
    'Fn::GetAtt': attribute,
    'Fn::Join': join,
  } = arn as {
    Ref?: string;
    'Fn::GetAtt'?: [string, string];
    'Fn::Join'?: [string, unknown[]];
  };
  if (Ref?.startsWith('AWS::')) return Ref;
  if (join) return join[1].map(readable).join('');
  if (attribute && /^(Arn|ConsumerARN|StreamArn)$/.test(attribute[1])) return attribute[0].replace(/[0-9A-F]{8}$/, '');
  throw new Error(`no ARN: ${JSON.stringify(arn)}`);
}

// X-Ray takes no narrower resource:
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
const tracing = ['xray:PutTelemetryRecords *', 'xray:PutTraceSegments *'];
const writing = (log: string) => [`logs:CreateLogStream ${log}`, `logs:PutLogEvents ${log}`];
const setAside = ['s3:ListBucket OnFailure', 's3:PutObject OnFailure/aws/lambda/*'];
const readShared = [
  'kinesis:DescribeStream EventStream',
  'kinesis:DescribeStreamSummary EventStream',
  'kinesis:GetRecords EventStream',
  'kinesis:GetShardIterator EventStream',
  'kinesis:ListShards EventStream',
];
const readOrders = [
  'dynamodb:GetItem LiveSlotsTable',
  ...['OrderProjectionOrders', 'OrderProjectionGreenOrders'].flatMap((table) => [
    `dynamodb:GetItem ${table}`,
    `dynamodb:Query ${table}/index/newestByAccount`,
  ]),
];

const rights: Record<(typeof functionNames)[number], string[]> = {
  'ingest-order': [
    'kinesis:PutRecord EventStream',
    'kinesis:PutRecords EventStream',
    ...writing('OrderApiIngestLog'),
    ...tracing,
  ],
  'project-order': [
    'dynamodb:UpdateItem OrderProjectionOrders',
    ...readShared,
    ...writing('OrderProjectionConsumerFunctionLog'),
    ...setAside,
    ...tracing,
  ],
  'project-order-green': [
    'dynamodb:UpdateItem OrderProjectionGreenOrders',
    ...readShared,
    ...writing('OrderProjectionGreenConsumerFunctionLog'),
    ...setAside,
    ...tracing,
  ],
  'project-invoice': [
    's3:PutObject InvoiceProjectionInvoices/invoices/*',
    ...readShared,
    ...writing('InvoiceProjectionConsumerFunctionLog'),
    ...setAside,
    ...tracing,
  ],
  'project-invoice-green': [
    's3:PutObject InvoiceProjectionGreenInvoices/invoices/*',
    ...readShared,
    ...writing('InvoiceProjectionGreenConsumerFunctionLog'),
    ...setAside,
    ...tracing,
  ],
  'aggregate-revenue': [
    'dynamodb:BatchWriteItem RevenueWindowRevenue',
    'firehose:PutRecordBatch RevenueWindowDeliveryStream',
    ...readShared,
    ...writing('RevenueWindowConsumerFunctionLog'),
    ...setAside,
    ...tracing,
  ],
  'archive-event': [...writing('EventArchiveTransformLog'), ...tracing],
  'format-revenue-line': [...writing('RevenueWindowFormatLog'), ...tracing],
  'query-revenue': ['dynamodb:Query RevenueWindowRevenue', ...writing('RevenueWindowQueryLog'), ...tracing],
  'keep-stock': [
    'dynamodb:UpdateItem StoreEventsStock',
    'sqs:SendMessage StoreEventsDeadLetters',
    ...writing('StoreEventsKeepStockLog'),
    ...tracing,
  ],
  'produce-sales': ['events:PutEvents StoreEventsBus', ...writing('StoreEventsProduceLog'), ...tracing],
  'check-event': [...readShared, ...writing('EventCheckConsumerFunctionLog'), ...setAside, ...tracing],
  'handle-task-command': [
    ...['GetItem', 'PutItem', 'Query'].map((action) => `dynamodb:${action} TaskLogEvents`),
    ...['GetItem', 'PutItem'].map((action) => `dynamodb:${action} TaskLogSnapshots`),
    ...writing('TaskLogCommandLog'),
    ...tracing,
  ],
  'project-task': [
    'dynamodb:GetItem TaskProjectionTasks',
    'dynamodb:PutItem TaskProjectionTasks',
    's3:PutObject TaskProjectionAudit/events/task/*',
    ...readShared,
    ...writing('TaskProjectionConsumerFunctionLog'),
    ...setAside,
    ...tracing,
  ],
  'publish-task-event': [
    ...['DescribeStream', 'GetRecords', 'GetShardIterator'].map((action) => `dynamodb:${action} TaskLogEvents`),
    // It takes no narrower resource:
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
    'dynamodb:ListStreams *',
    'kinesis:PutRecord EventStream',
    'kinesis:PutRecords EventStream',
    ...writing('TaskLogPublisherFunctionLog'),
    ...setAside,
    ...tracing,
  ],
  'query-tasks': [
    'dynamodb:Query TaskLogEvents',
    'dynamodb:GetItem TaskLogSnapshots',
    'dynamodb:Query TaskProjectionTasks/index/newestByList',
    ...writing('TaskLogQueryLog'),
    ...tracing,
  ],
  'query-orders': [...readOrders, ...writing('OrderApiQueryLog'), ...tracing],
  'query-history': [
    'dynamodb:GetItem LiveSlotsTable',
    ...['', 'Green'].flatMap((slot) => [
      `dynamodb:GetItem OrderProjection${slot}Orders`,
      `s3:GetObject InvoiceProjection${slot}Invoices/invoices/*`,
      `s3:ListBucket InvoiceProjection${slot}Invoices`,
    ]),
    ...writing('OrderHistoryQueryLog'),
    ...tracing,
  ],
  'presign-invoice': [
    ...readOrders,
    's3:GetObject InvoiceProjectionGreenInvoices/invoices/*',
    's3:ListBucket InvoiceProjectionGreenInvoices',
    's3:GetObject InvoiceProjectionInvoices/invoices/*',
    's3:ListBucket InvoiceProjectionInvoices',
    ...writing('OrderApiPresignLog'),
    ...tracing,
  ],
};

describe('least privilege', () => {
  const template = templateWith();

  it.each(functionNames)('%s may do what it does and nothing else', (name) =>
    expect(rightsOf(template, name)).toEqual(rights[name].toSorted()),
  );

  it('a consumer with enhanced fan-out reads through its own consumer only', () =>
    expect(rightsOf(templateWith({ enhancedFanOut: 'check-event' }), 'check-event')).toEqual(
      [
        'kinesis:DescribeStream EventStream',
        'kinesis:DescribeStreamConsumer EventStreamcheckevent',
        'kinesis:DescribeStreamSummary EventStream',
        'kinesis:ListShards EventStream',
        'kinesis:SubscribeToShard EventStreamcheckevent',
        ...writing('EventCheckConsumerFunctionLog'),
        ...setAside,
        ...tracing,
      ].toSorted(),
    ));

  it.each([1, 2])(
    'put-item-%i may write to its table and to the log group of Insights, and reads on its own',
    (number) =>
      expect(rightsOf(templateWith({ batchingComparison: 'true' }), `put-item-${number}`)).toEqual(
        [
          `dynamodb:UpdateItem BatchingComparisonTable${number}`,
          'kinesis:DescribeStream EventStream',
          `kinesis:DescribeStreamConsumer EventStreamputitem${number}`,
          'kinesis:DescribeStreamSummary EventStream',
          'kinesis:ListShards EventStream',
          `kinesis:SubscribeToShard EventStreamputitem${number}`,
          ...['CreateLogGroup', 'CreateLogStream', 'PutLogEvents'].map(
            (action) =>
              `logs:${action} arn:AWS::Partition:logs:AWS::Region:AWS::AccountId:log-group:/aws/lambda-insights:*`,
          ),
          ...writing(`BatchingComparisonPutItem${number}FunctionLog`),
          ...setAside,
          ...tracing,
        ].toSorted(),
      ),
  );

  it.each([template, templateWith(everythingOn)])('no role has rights beside its own policy (%#)', (template) => {
    for (const [id, { Properties }] of resourcesOf(template, 'AWS::IAM::Role')) {
      expect([id, Properties.ManagedPolicyArns]).toEqual([id, undefined]);
    }
  });

  it('what empties the buckets may write to its own log group, and otherwise to those buckets by their policies', () => {
    const inline = resourcesOf(template, 'AWS::IAM::Role').flatMap(([, { Properties }]) => Properties.Policies ?? []);
    const statements = inline.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
    expect(statements.map(({ Action, Resource }) => [Action, readable(Resource)])).toEqual([
      [['logs:CreateLogStream', 'logs:PutLogEvents'], 'CustomS3AutoDeleteObjectsCustomResourceProviderLog'],
    ]);
  });
});
