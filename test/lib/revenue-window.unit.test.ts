import { everythingOn, functionId, mappingOf, resourcesOf, templateWith, theOne } from '../support/synth.ts';

const template = templateWith();
const short = templateWith({ revenueWindow: '5', revenueLateness: '90' });
const everything = templateWith(everythingOn);
/** The archive's reads the stream. */
const direct = { DeliveryStreamType: 'DirectPut' };
const deliveryOf = (of = template) => {
  const [, { Properties }] = theOne(of, 'AWS::KinesisFirehose::DeliveryStream', direct);
  return Properties.ExtendedS3DestinationConfiguration;
};

describe('the revenue window', () => {
  it('sums as long as it was told to, and gathers for a part of that, 5 seconds at most', () => {
    const windows = [short, templateWith({ revenueWindow: '12' }), template, everything].map((of) => {
      const { TumblingWindowInSeconds, MaximumBatchingWindowInSeconds } = mappingOf(of, 'aggregate-revenue')[1]
        .Properties;
      return [TumblingWindowInSeconds, MaximumBatchingWindowInSeconds];
    });
    expect(windows).toEqual([
      [5, undefined],
      [12, 1],
      [60, 5],
      [300, 5],
    ]);
  });

  it('tells the function how late a sale may be', () =>
    short.hasResourceProperties('AWS::Lambda::Function', {
      Description: 'aggregate-revenue',
      Environment: { Variables: { LATENESS_MINUTES: '90' } },
    }));

  it('delivers after a minute or 1 MiB, as .json under the hour, and what failed elsewhere', () => {
    expect(deliveryOf()).toMatchObject({
      Prefix: 'sales_revenue/!{timestamp:yyyy/MM/dd/HH}/',
      ErrorOutputPrefix: 'sales_revenue_failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/',
      FileExtension: '.json',
      BufferingHints: { IntervalInSeconds: 60, SizeInMBs: 1 },
    });
    expect(deliveryOf(short).BufferingHints.IntervalInSeconds).toBe(5);
    expect(deliveryOf(everything).BufferingHints.IntervalInSeconds).toBe(60);
  });

  it('has its lines formatted on their way', () => {
    const [processor] = deliveryOf().ProcessingConfiguration.Processors;
    expect(processor.Parameters).toContainEqual({
      ParameterName: 'LambdaArn',
      ParameterValue: { 'Fn::GetAtt': [functionId(template, 'format-revenue-line'), 'Arn'] },
    });
  });

  it('lets Firehose write lines and read nothing', () => {
    const role = deliveryOf().RoleARN['Fn::GetAtt'][0];
    const [, policy] = theOne(template, 'AWS::IAM::Policy', { Roles: [{ Ref: role }] });
    const actions = policy.Properties.PolicyDocument.Statement.flatMap(
      ({ Action }: { Action: string | string[] }) => Action,
    );
    expect(actions.toSorted()).toEqual([
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

  it('keeps its data in production', () => {
    const { RevenueTableName, RevenueBucketName } = everything.toJSON().Outputs;
    for (const { Value } of [RevenueTableName, RevenueBucketName]) {
      expect(everything.toJSON().Resources[Value.Ref].DeletionPolicy).toBe('Retain');
    }
    expect(resourcesOf(everything, 'AWS::KinesisFirehose::DeliveryStream', direct)).toHaveLength(1);
  });
});
