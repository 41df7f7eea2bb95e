import { archiveFolderOf } from '../../lambda/stores/archive-keys.ts';
import { everythingOn, functionId, stackWith, templateWith, theOne } from '../support/synth.ts';

const template = templateWith();
const fromStream = { DeliveryStreamType: 'KinesisStreamAsSource' };
const [, { Properties: delivery }] = theOne(template, 'AWS::KinesisFirehose::DeliveryStream', fromStream);
const destination = delivery.ExtendedS3DestinationConfiguration;

describe('the archive', () => {
  it('takes every record of the stream', () => {
    const [stream] = theOne(template, 'AWS::Kinesis::Stream');
    expect(delivery.KinesisStreamSourceConfiguration.KinesisStreamARN).toEqual({ 'Fn::GetAtt': [stream, 'Arn'] });
  });

  it('lies compressed, a folder an hour, where its readers look for it; errors lie beside it', () => {
    expect(destination).toMatchObject({
      Prefix: 'events/date=!{timestamp:yyyy-MM-dd}/hour=!{timestamp:HH}/',
      ErrorOutputPrefix: expect.stringMatching(/^errors\/!\{firehose:error-output-type\}\//),
      CompressionFormat: 'GZIP',
      FileExtension: '.jsonl.gz',
    });
    expect(archiveFolderOf(Date.UTC(2026, 10, 2, 3, 59))).toBe('events/date=2026-11-02/hour=03/');
  });

  it('has each record wrapped on its way', () => {
    const [processor] = destination.ProcessingConfiguration.Processors;
    expect(processor.Parameters).toContainEqual({
      ParameterName: 'LambdaArn',
      ParameterValue: { 'Fn::GetAtt': [functionId(template, 'archive-event'), 'Arn'] },
    });
  });

  it('is tried again more often than by default, since what Firehose gives up is in no rebuild', () => {
    const [processor] = destination.ProcessingConfiguration.Processors;
    expect(processor.Parameters).toContainEqual({ ParameterName: 'NumberOfRetries', ParameterValue: '10' });
  });

  it('lets Firehose read the stream and write events, and read no event', () => {
    const role = destination.RoleARN['Fn::GetAtt'][0];
    const [, policy] = theOne(template, 'AWS::IAM::Policy', { Roles: [{ Ref: role }] });
    const actions = policy.Properties.PolicyDocument.Statement.flatMap(
      ({ Action }: { Action: string | string[] }) => Action,
    );
    expect(actions.toSorted()).toEqual([
      'kinesis:DescribeStream',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
      'lambda:GetFunctionConfiguration',
      'lambda:InvokeFunction',
      'logs:PutLogEvents',
      's3:AbortMultipartUpload',
      's3:GetBucketLocation',
      's3:ListBucket',
      's3:ListBucketMultipartUploads',
      's3:PutObject',
    ]);
  });

  it('shares the reads of the stream: Firehose has no enhanced fan-out', () => {
    expect(() => stackWith({ enhancedFanOut: 'project-order,archive' }).app.synth()).toThrow(
      '-c enhancedFanOut=project-order,archive: archive cannot have reads of its own, for Firehose takes none; there are project-order, ',
    );
  });

  it('is kept in production', () => {
    const kept = templateWith(everythingOn).toJSON();
    expect(kept.Resources[kept.Outputs.ArchiveBucketName.Value.Ref].DeletionPolicy).toBe('Retain');
  });
});
