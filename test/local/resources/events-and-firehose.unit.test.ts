import { describe, expect, it } from '@jest/globals';
import { resourceTypes } from '../../../local/resources/index.ts';
import { planResources } from '../../../local/resources/plan.ts';

const deployment = { stackName: 'Probe', region: 'us-east-1', accountId: '000000000000' };
const refusal = (Type: string, Properties: Record<string, unknown>): string => {
  try {
    planResources(
      { Resources: { Probe: { Type, Properties }, Fn: { Type: 'AWS::IAM::Role' } } },
      deployment,
      resourceTypes,
    );
    return 'planned';
  } catch (error) {
    return (error as Error).message;
  }
};
const arn = (service: string) => `arn:aws:${service}:us-east-1:000000000000:x`;

describe('a template’s rule', () => {
  const rule = (properties: object) => refusal('AWS::Events::Rule', { EventPattern: { source: ['a'] }, ...properties });
  const target = (settings: object) => rule({ Targets: [{ Id: 't', Arn: arn('sqs'), ...settings }] });
  const transformer = (InputTemplate: string) => target({ InputTransformer: { InputTemplate } });

  it.each([
    [
      'all that is run',
      () => target({ RetryPolicy: { MaximumRetryAttempts: 2 }, DeadLetterConfig: { Arn: arn('sqs') } }),
    ],
    ['a target that is not created yet', () => target({ Arn: { 'Fn::GetAtt': ['Fn', 'Arn'] } })],
    [
      'what has no effect',
      () => rule({ Description: 'd', RoleArn: 'r', Targets: [{ Id: 't', Arn: arn('sqs'), RoleArn: 'r' }] }),
    ],
  ])('is planned with %s', (_, plan) => expect(plan()).toBe('planned'));

  it.each<[string, () => string, string]>([
    ['a schedule', () => rule({ ScheduleExpression: 'rate(1 minute)' }), 'ScheduleExpression is not run here'],
    ['no pattern', () => refusal('AWS::Events::Rule', {}), 'EventPattern'],
    [
      'a pattern that EventBridge refuses',
      () => rule({ EventPattern: { a: [{ prefiks: 'x' }] } }),
      'EventPattern: Event pattern is not valid. Reason: Unrecognized match type prefiks',
    ],
    [
      'a pattern above 4,096 characters',
      () => rule({ EventPattern: { a: ['x'.repeat(4_090)] } }),
      'EventPattern: has more than 4096 characters',
    ],
    [
      'a topic for its target',
      () => target({ Arn: arn('sns') }),
      'Targets.0.Arn: only Kinesis streams, Lambda functions and SQS queues are targets here',
    ],
    ['six targets', () => rule({ Targets: Array(6).fill({ Id: 't', Arn: arn('sqs') }) }), 'Targets'],
    [
      'two inputs',
      () => target({ Input: '{}', InputPath: '$' }),
      'Targets.0: Input, InputPath and InputTransformer exclude each other',
    ],
    ['an input that is no JSON', () => target({ Input: 'text' }), 'Targets.0.Input: is not JSON'],
    ['a path that is none', () => target({ InputPath: 'detail' }), 'Targets.0.InputPath: detail is no path'],
    ['a template that is none', () => transformer('text <x>'), 'Targets.0: no path is given for the variable <x>'],
    ['batch parameters', () => target({ BatchParameters: {} }), 'Targets.0.BatchParameters is not run here'],
    [
      'too many retries',
      () => target({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
      'Targets.0.RetryPolicy.MaximumRetryAttempts',
    ],
    [
      'too short an age',
      () => target({ RetryPolicy: { MaximumEventAgeInSeconds: 59 } }),
      'Targets.0.RetryPolicy.MaximumEventAgeInSeconds',
    ],
    [
      'a FIFO dead-letter queue',
      () => target({ DeadLetterConfig: { Arn: `${arn('sqs')}.fifo` } }),
      'Targets.0.DeadLetterConfig.Arn: a dead-letter queue is a standard queue',
    ],
  ])('is refused with %s', (_, plan, message) => expect(plan()).toContain(message));
});

describe('a template’s event bus', () => {
  it('is refused with a partner’s source, by its path', () => {
    expect(refusal('AWS::Events::EventBus', { Name: 'b', EventSourceName: 's' })).toContain(
      'EventSourceName is not run here',
    );
  });
});

describe('a template’s delivery stream', () => {
  const stream = (destination: object, more: object = {}) =>
    refusal('AWS::KinesisFirehose::DeliveryStream', {
      ExtendedS3DestinationConfiguration: { BucketARN: 'arn:aws:s3:::b', RoleARN: 'r', ...destination },
      ...more,
    });
  const processing = (...Processors: object[]) => stream({ ProcessingConfiguration: { Enabled: true, Processors } });
  const lambda = (parameters: Record<string, unknown>) =>
    processing({
      Type: 'Lambda',
      Parameters: Object.entries(parameters).map(([ParameterName, ParameterValue]) => ({
        ParameterName,
        ParameterValue,
      })),
    });

  it.each([
    ['nothing but its bucket', () => stream({})],
    [
      'a function that is not created yet',
      () => lambda({ LambdaArn: { 'Fn::GetAtt': ['Fn', 'Arn'] }, BufferSizeInMBs: '0.5', NumberOfRetries: '0' }),
    ],
    ['a delimiter', () => processing({ Type: 'AppendDelimiterToRecord', Parameters: [] })],
  ])('is planned with %s', (_, plan) => expect(plan()).toBe('planned'));

  it.each<[string, () => string, string]>([
    [
      'another destination',
      () => refusal('AWS::KinesisFirehose::DeliveryStream', { HttpEndpointDestinationConfiguration: {} }),
      'HttpEndpointDestinationConfiguration is not run here',
    ],
    [
      'another processor',
      () => processing({ Type: 'Decompression', Parameters: [] }),
      'ExtendedS3DestinationConfiguration.ProcessingConfiguration.Processors.0.Type',
    ],
    ['a processor without its function', () => lambda({ NumberOfRetries: '1' }), 'LambdaArn is missing'],
    ['an unknown parameter', () => lambda({ LambdaArn: 'x', Speed: '1' }), 'Parameters.1.ParameterName'],
    ['too small a buffer', () => lambda({ LambdaArn: 'x', BufferSizeInMBs: '0.1' }), 'Parameters.1.ParameterValue'],
    [
      'dynamic partitioning',
      () => stream({ DynamicPartitioningConfiguration: { Enabled: true } }),
      'DynamicPartitioningConfiguration.Enabled',
    ],
    [
      'format conversion',
      () => stream({ DataFormatConversionConfiguration: {} }),
      'DataFormatConversionConfiguration is not run here',
    ],
    ['a backup', () => stream({ S3BackupMode: 'Enabled' }), 'S3BackupMode'],
    ['Snappy', () => stream({ CompressionFormat: 'Snappy' }), 'CompressionFormat'],
    [
      'an expression and no error prefix',
      () => stream({ Prefix: '!{timestamp:yyyy}/' }),
      'ErrorOutputPrefix must be given',
    ],
    ['an extension without its dot', () => stream({ FileExtension: 'json' }), 'FileExtension'],
    [
      'a source that it does not say it has',
      () => stream({}, { KinesisStreamSourceConfiguration: { KinesisStreamARN: arn('kinesis') } }),
      'belongs to DeliveryStreamType KinesisStreamAsSource',
    ],
    [
      'too long an interval',
      () => stream({ BufferingHints: { IntervalInSeconds: 901 } }),
      'BufferingHints.IntervalInSeconds',
    ],
  ])('is refused with %s', (_, plan, message) => expect(plan()).toContain(message));
});
