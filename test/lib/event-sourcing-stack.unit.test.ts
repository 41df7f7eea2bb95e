import type { Template } from 'aws-cdk-lib/assertions';
import { everythingOn, functionNames, type Resource, resourcesOf, stackWith, templateWith } from '../support/synth.ts';

const minimal = templateWith();
const everything = templateWith(everythingOn);
const all = (template: Template): [string, Resource][] => Object.entries(template.toJSON().Resources);

describe('the stack, minimal', () => {
  it('is made of these resources, and of what watches them', () =>
    expect(countByType(minimal)).toEqual({
      'AWS::CloudWatch::Alarm': expect.any(Number),
      'AWS::CloudWatch::Dashboard': 1,
      'AWS::ApiGateway::ApiKey': 1,
      'AWS::ApiGateway::Deployment': 1,
      'AWS::ApiGateway::GatewayResponse': 2,
      'AWS::ApiGateway::Method': 19,
      'AWS::ApiGateway::Resource': 7,
      'AWS::ApiGateway::RestApi': 1,
      'AWS::ApiGateway::Stage': 1,
      'AWS::ApiGateway::UsagePlan': 1,
      'AWS::ApiGateway::UsagePlanKey': 1,
      'AWS::DynamoDB::GlobalTable': 8,
      'AWS::Events::EventBus': 1,
      'AWS::Events::Rule': 5,
      'AWS::IAM::Policy': 23,
      'AWS::IAM::Role': 24,
      'AWS::Kinesis::Stream': 1,
      'AWS::KinesisFirehose::DeliveryStream': 2,
      'AWS::Lambda::EventSourceMapping': 8,
      'AWS::Lambda::Function': 20,
      'AWS::Lambda::Permission': 12,
      'AWS::Logs::LogGroup': 22,
      'AWS::Logs::LogStream': 2,
      'AWS::SQS::Queue': 1,
      'AWS::SQS::QueuePolicy': 1,
      'AWS::S3::Bucket': 6,
      'AWS::S3::BucketPolicy': 6,
      'Custom::S3AutoDeleteObjects': 6,
    }));

  it('tells where it is to be reached', () =>
    expect(Object.keys(minimal.toJSON().Outputs).toSorted()).toEqual([
      'ApiKeyId',
      'ApiUrl',
      'ArchiveBucketName',
      'EventLogTableName',
      'InvoiceBucketName',
      'LiveTableName',
      'OnFailureBucketName',
      'OrderTableName',
      'ProducerFunctionName',
      'ReplayRoleArn',
      'RevenueBucketName',
      'RevenueTableName',
      'Slots',
      'StockTableName',
      'StoreBusName',
      'StoreDeadLetterQueueUrl',
      'StreamName',
      'TaskAuditBucketName',
      'TaskTableName',
    ]));

  it('leaves nothing behind: every resource says that it goes, and buckets are emptied first', () => {
    const kept = all(minimal).filter(
      ([, { DeletionPolicy, UpdateReplacePolicy }]) => DeletionPolicy !== 'Delete' || UpdateReplacePolicy !== 'Delete',
    );
    const emptied = resourcesOf(minimal, 'Custom::S3AutoDeleteObjects').map(
      ([, { Properties }]) => Properties.BucketName,
    );
    expect(kept).toEqual([]);
    expect(emptied).toEqual(resourcesOf(minimal, 'AWS::S3::Bucket').map(([id]) => ({ Ref: id })));
  });

  it('can be destroyed at once', () => expect(stackWith().stack.terminationProtection).toBe(false));

  it('keeps the orders by account and vendor, with an index by their arrival, and pays by request', () =>
    minimal.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'accountid', KeyType: 'HASH' },
        { AttributeName: 'vendorid', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'newestByAccount',
          KeySchema: [
            { AttributeName: 'accountid', KeyType: 'HASH' },
            { AttributeName: 'receivedAtEventId', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['order', 'eventId', 'receivedAt'] },
        },
      ],
    }));
});

describe('the stack, everything on', () => {
  it('keeps the data whatever happens to the stack', () => {
    for (const type of ['AWS::Kinesis::Stream', 'AWS::DynamoDB::GlobalTable', 'AWS::S3::Bucket']) {
      for (const [id, { DeletionPolicy, UpdateReplacePolicy }] of resourcesOf(everything, type)) {
        expect([id, DeletionPolicy, UpdateReplacePolicy]).toEqual([id, 'Retain', 'Retain']);
      }
    }
    everything.resourceCountIs('Custom::S3AutoDeleteObjects', 0);
  });

  it('protects the stack and its table from deletion, and the table from mistakes by point-in-time recovery', () => {
    expect(stackWith(everythingOn).stack.terminationProtection).toBe(true);
    everything.hasResourceProperties('AWS::DynamoDB::GlobalTable', {
      Replicas: [
        {
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        },
      ],
    });
  });

  it('says of every resource whether it goes or stays', () => {
    const undecided = all(everything).filter(
      ([, resource]) => !resource.DeletionPolicy || !resource.UpdateReplacePolicy,
    );
    expect(undecided).toEqual([]);
  });

  it('tells no key where there is none', () => expect(everything.toJSON().Outputs.ApiKeyId).toBeUndefined());
});

describe.each([
  { name: 'minimal', template: minimal },
  { name: 'everything on', template: everything },
])('any number of copies fit an account ($name)', ({ template }) => {
  // The names that AWS wants unique in an account. A stream's consumer is named within its stream,
  // an index within its table.
  const physicalNames =
    /^(AlarmName|BucketName|FunctionName|LogGroupName|PolicyName|RoleName|StreamName|TableName|UsagePlanName)$/;

  it('no resource has a name of its own', () => {
    const named = all(template).flatMap(([id, { Type, Properties }]) =>
      Object.entries(Properties)
        .filter(([key, value]) => physicalNames.test(key) && typeof value === 'string')
        .map(([key, value]) => `${id} ${Type} ${key}=${value}`),
    );
    // An inline policy is named within its role.
    expect(named.filter((name) => !name.includes('AWS::IAM::Policy PolicyName'))).toEqual([]);
  });
});

describe.each([
  { name: 'minimal', template: minimal },
  { name: 'everything on', template: everything },
])('every function ($name)', ({ template }) => {
  const functions = resourcesOf(template, 'AWS::Lambda::Function');

  it('writes to a log group of ours, which forgets after a month and goes with the stack', () => {
    for (const [id, { Properties }] of functions) {
      const log = template.toJSON().Resources[Properties.LoggingConfig?.LogGroup?.Ref];
      expect([id, log]).toEqual([
        id,
        expect.objectContaining({
          Type: 'AWS::Logs::LogGroup',
          Properties: { RetentionInDays: 30 },
          DeletionPolicy: 'Delete',
        }),
      ]);
    }
  });

  it("cannot bring back a log group of the stack that was deleted: none may create another one than Insights' own", () => {
    const rights = resourcesOf(template, 'AWS::IAM::Policy').flatMap(
      ([, { Properties }]) => Properties.PolicyDocument.Statement,
    );
    const creating = rights.filter(({ Action }) => [Action].flat().includes('logs:CreateLogGroup'));
    const named = creating.map(({ Resource }) => Resource['Fn::Join'][1].at(-1));
    expect(named).toEqual(creating.map(() => ':log-group:/aws/lambda-insights:*'));
    expect(JSON.stringify(template.toJSON())).not.toMatch(/ManagedPolicyArns|logs:\*|logs:Create\*/);
  });

  it('runs on nodejs24.x', () =>
    expect(functions.map(([, { Properties }]) => Properties.Runtime)).toEqual(functions.map(() => 'nodejs24.x')));

  it.each(functionNames)('%s runs on arm64 and is traced', (name) =>
    template.hasResourceProperties('AWS::Lambda::Function', {
      Description: name,
      Handler: 'handler.handler',
      Architectures: ['arm64'],
      TracingConfig: { Mode: 'Active' },
    }),
  );
});

describe.each([
  { name: 'minimal', template: minimal },
  { name: 'everything on', template: everything },
])('every bucket ($name)', ({ template }) => {
  const buckets = resourcesOf(template, 'AWS::S3::Bucket');

  it('is private, encrypted, versioned, and forgets old versions after a month', () => {
    for (const [, { Properties }] of buckets) {
      expect(Properties).toMatchObject({
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        VersioningConfiguration: { Status: 'Enabled' },
        LifecycleConfiguration: { Rules: [{ Status: 'Enabled', NoncurrentVersionExpiration: { NoncurrentDays: 30 } }] },
      });
    }
  });

  it('refuses whoever comes without TLS', () => {
    for (const [id] of buckets) {
      const [policy] = resourcesOf(template, 'AWS::S3::BucketPolicy', { Bucket: { Ref: id } });
      expect(policy?.[1].Properties.PolicyDocument.Statement).toContainEqual(
        expect.objectContaining({
          Effect: 'Deny',
          Principal: { AWS: '*' },
          Action: 's3:*',
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        }),
      );
    }
  });
});

function countByType(template: Template): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const [, { Type }] of all(template)) counts[Type] = (counts[Type] ?? 0) + 1;
  return counts;
}
