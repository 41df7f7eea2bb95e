import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup, LogStream, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { AppFunction } from './app-function.ts';

type Destination = CfnDeliveryStream.ExtendedS3DestinationConfigurationProperty;

export interface BucketDeliveryProps
  extends Required<Pick<Destination, 'prefix' | 'errorOutputPrefix' | 'fileExtension'>>,
    Pick<Destination, 'compressionFormat'> {
  readonly bucket: IBucket;
  /** The keys it writes and no others, as an ARN may name them: `events/*`. */
  readonly keys: readonly string[];
  /** Every record passes through it on its way. */
  readonly transform: AppFunction;
  /** Where the records come from; @default whoever may put them */
  readonly source?: IStream;
  /** How long records are gathered, before the function and before the bucket. */
  readonly transformAfterSeconds: number;
  /** What is wrong for its users while the bucket lacks records; a clause, for the alarms of `Monitoring`. */
  readonly consequence: string;
  readonly bufferingHints: Required<CfnDeliveryStream.BufferingHintsProperty>;
}

/** Stands in the error prefix; what the function failed on is of the type `processing-failed`. */
const errorType = '!{firehose:error-output-type}';
/**
 * By itself Firehose tries again 3 times. AWS's page names no maximum.
 * https://docs.aws.amazon.com/firehose/latest/dev/data-transformation-failure-handling.html
 */
const transformRetries = 10;

/**
 * (stream →) Firehose → function → bucket, with the rights of Firehose's own role: it may write these keys and read
 * nothing there, where CDK's own delivery stream could read and delete every object.
 */
export class BucketDelivery extends Construct {
  readonly stream: CfnDeliveryStream;
  /** What is wrong for its users while the bucket lacks records. */
  readonly consequence: string;
  /** Where in the bucket, whole, the records lie that its function failed on. */
  readonly failures: string;

  constructor(scope: Construct, id: string, props: BucketDeliveryProps) {
    super(scope, id);
    const { bucket, keys, transform, source, transformAfterSeconds, consequence, ...destination } = props;
    this.consequence = consequence;
    this.failures = `${destination.errorOutputPrefix.split(errorType, 1)}processing-failed`;
    const log = new LogGroup(this, 'Log', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const logStream = new LogStream(this, 'LogStream', { logGroup: log, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    const allow = (actions: string[], resources: string[]) =>
      role.addToPolicy(new PolicyStatement({ actions, resources }));
    // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
    allow(
      ['s3:AbortMultipartUpload', 's3:PutObject'],
      keys.map((key) => bucket.arnForObjects(key)),
    );
    allow(['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], [bucket.bucketArn]);
    allow(
      ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
      [transform.functionArn, `${transform.functionArn}:*`],
    );
    allow(['logs:PutLogEvents'], [log.logGroupArn]);
    if (source)
      allow(
        ['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
        [source.streamArn],
      );
    this.stream = new CfnDeliveryStream(this, 'Stream', {
      ...(source
        ? {
            deliveryStreamType: 'KinesisStreamAsSource',
            kinesisStreamSourceConfiguration: { kinesisStreamArn: source.streamArn, roleArn: role.roleArn },
          }
        : {
            deliveryStreamType: 'DirectPut',
            deliveryStreamEncryptionConfigurationInput: { keyType: 'AWS_OWNED_CMK' },
          }),
      extendedS3DestinationConfiguration: {
        ...destination,
        bucketArn: bucket.bucketArn,
        roleArn: role.roleArn,
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: 'Lambda',
              parameters: [
                { parameterName: 'LambdaArn', parameterValue: transform.functionArn },
                // A batch that the function would not take goes to the errors, which no reader of the bucket looks at.
                { parameterName: 'NumberOfRetries', parameterValue: String(transformRetries) },
                // The answer may be twice as long, and may have 6 MB.
                { parameterName: 'BufferSizeInMBs', parameterValue: '1' },
                { parameterName: 'BufferIntervalInSeconds', parameterValue: String(transformAfterSeconds) },
              ],
            },
          ],
        },
        cloudWatchLoggingOptions: {
          enabled: true,
          logGroupName: log.logGroupName,
          logStreamName: logStream.logStreamName,
        },
      },
    });
    this.stream.node.addDependency(role, bucket);
  }
}
