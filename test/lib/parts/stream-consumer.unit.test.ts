import { Match } from 'aws-cdk-lib/assertions';
import { everythingOn, functionId, mappingOf, policiesOf, templateWith, theOne } from '../../support/synth.ts';

const orderPlaced = { Filters: [{ Pattern: '{"data":{"type":["OrderPlaced"]}}' }] };
const projection = {
  BatchSize: 100,
  MaximumBatchingWindowInSeconds: Match.absent(),
  MaximumRetryAttempts: 5,
  FilterCriteria: orderPlaced,
};
const consumers = {
  'project-order': projection,
  'project-invoice': projection,
  'project-task': {
    ...projection,
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["TaskCreated","TaskUpdated","TaskDeleted"]}}' }] },
  },
  'aggregate-revenue': {
    BatchSize: 5_000,
    MaximumBatchingWindowInSeconds: 5,
    MaximumRetryAttempts: 2,
    TumblingWindowInSeconds: 60,
    FilterCriteria: { Filters: [{ Pattern: '{"data":{"type":["SaleRecorded"]}}' }] },
  },
  'check-event': {
    BatchSize: 10_000,
    MaximumBatchingWindowInSeconds: 20,
    MaximumRetryAttempts: 2,
    FilterCriteria: Match.absent(),
  },
};

const template = templateWith();
const [streamId] = theOne(template, 'AWS::Kinesis::Stream');
const onFailure = template.toJSON().Outputs.OnFailureBucketName.Value.Ref;

describe.each(Object.entries(consumers))('%s', (consumer, own) => {
  it('reads the stream from its start, halves what fails, and gives up only into the on-failure bucket', () =>
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      FunctionName: { Ref: functionId(template, consumer) },
      EventSourceArn: { 'Fn::GetAtt': [streamId, 'Arn'] },
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 23 * 3_600,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [onFailure, 'Arn'] } } },
      MetricsConfig: { Metrics: ['EventCount'] },
      ParallelizationFactor: Match.absent(),
      TumblingWindowInSeconds: Match.absent(),
      ...own,
    }));

  it('starts with its rights in place, and is gone before the bucket of what failed is emptied', () => {
    const policies = policiesOf(template, consumer).map(([id]) => id);
    const [emptying] = theOne(template, 'Custom::S3AutoDeleteObjects', { BucketName: { Ref: onFailure } });

    const [, { DependsOn }] = mappingOf(template, consumer);

    expect(DependsOn).toEqual(expect.arrayContaining([...policies, emptying]));
  });
});

describe('a stream consumer', () => {
  it('is gone before the bucket that it writes to is emptied', () => {
    const invoices = template.toJSON().Outputs.InvoiceBucketName.Value.Ref;
    const [emptying] = theOne(template, 'Custom::S3AutoDeleteObjects', { BucketName: { Ref: invoices } });
    expect(mappingOf(template, 'project-invoice')[1].DependsOn).toContain(emptying);
  });

  it('sets a record aside before the stream forgets it, where that is within the 7 days that can be named', () => {
    const ageHours = (retention: string) =>
      mappingOf(templateWith({ retention }), 'project-order')[1].Properties.MaximumRecordAgeInSeconds / 3_600;
    expect(['48', '168', '169'].map(ageHours)).toEqual([47, 167, 168]);
  });

  it('hands out all that a stream holds which keeps records for longer', () => {
    for (const retention of ['170', '8760']) {
      const [, { Properties }] = mappingOf(templateWith({ retention }), 'project-order');
      expect(Properties).not.toHaveProperty('MaximumRecordAgeInSeconds');
    }
  });

  it('reads through a consumer of its own with enhanced fan-out, the others do not', () => {
    const fannedOut = templateWith({ enhancedFanOut: 'project-order' });
    const [stream] = theOne(fannedOut, 'AWS::Kinesis::Stream');
    const [ownReads] = theOne(fannedOut, 'AWS::Kinesis::StreamConsumer', {
      StreamARN: { 'Fn::GetAtt': [stream, 'Arn'] },
    });
    const sourceOf = (name: string) => mappingOf(fannedOut, name)[1].Properties.EventSourceArn['Fn::GetAtt'];

    expect(sourceOf('project-order')).toEqual([ownReads, 'ConsumerARN']);
    expect(sourceOf('project-invoice')).toEqual([stream, 'Arn']);
    expect(sourceOf('check-event')).toEqual([stream, 'Arn']);
  });

  it('has one whole core: with less it could not keep up with a shard, and would cost as much', () => {
    for (const Description of ['project-order', 'project-invoice']) {
      template.hasResourceProperties('AWS::Lambda::Function', { Description, MemorySize: 1_769 });
    }
  });

  it('may be one of any number with enhanced fan-out', () =>
    templateWith(everythingOn).resourceCountIs('AWS::Kinesis::StreamConsumer', 5));
});
