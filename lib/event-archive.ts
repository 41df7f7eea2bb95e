import { RemovalPolicy } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { LogGroup, LogStream, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { archiveFolder, archivePrefix } from '../lambda/stores/archive-keys.ts';
import type { EventStream } from './event-stream.ts';
import { AppFunction } from './parts/app-function.ts';
import { PrivateBucket } from './parts/private-bucket.ts';

export interface EventArchiveProps {
  readonly stream: EventStream;
  readonly production: boolean;
}

/**
 * stream → Firehose → archive-event → bucket: every record, whole, with its place on the stream, beyond the stream's
 * retention; a folder an hour, compressed. At least once: readers drop equal sequence numbers. What could not be
 * archived lies under errors/.
 */
export class EventArchive extends Construct {
  readonly bucket: PrivateBucket;

  constructor(scope: Construct, id: string, { stream, production }: EventArchiveProps) {
    super(scope, id);
    this.bucket = new PrivateBucket(this, 'Events', { production });
    const transform = new AppFunction(this, 'Transform', { name: 'archive-event' });
    const log = new LogGroup(this, 'DeliveryLog', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const logStream = new LogStream(this, 'DeliveryLogStream', {
      logGroup: log,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, 'DeliveryRole', { assumedBy: new ServicePrincipal('firehose.amazonaws.com') });
    // https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
    for (const [actions, resources] of [
      [
        ['kinesis:DescribeStream', 'kinesis:GetRecords', 'kinesis:GetShardIterator', 'kinesis:ListShards'],
        [stream.streamArn],
      ],
      [
        ['s3:AbortMultipartUpload', 's3:PutObject'],
        [this.bucket.arnForObjects(`${archivePrefix}*`), this.bucket.arnForObjects('errors/*')],
      ],
      [['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'], [this.bucket.bucketArn]],
      [
        ['lambda:GetFunctionConfiguration', 'lambda:InvokeFunction'],
        [transform.functionArn, `${transform.functionArn}:*`],
      ],
      [['logs:PutLogEvents'], [log.logGroupArn]],
    ] as const) {
      role.addToPolicy(new PolicyStatement({ actions: [...actions], resources: [...resources] }));
    }
    stream.register('archive');
    const delivery = new CfnDeliveryStream(this, 'Delivery', {
      deliveryStreamType: 'KinesisStreamAsSource',
      kinesisStreamSourceConfiguration: { kinesisStreamArn: stream.streamArn, roleArn: role.roleArn },
      extendedS3DestinationConfiguration: {
        bucketArn: this.bucket.bucketArn,
        roleArn: role.roleArn,
        prefix: archiveFolder,
        errorOutputPrefix: `errors/!{firehose:error-output-type}/${archiveFolder}`,
        fileExtension: '.jsonl.gz',
        compressionFormat: 'GZIP',
        // Few large objects: what isn't here yet is still on the stream.
        bufferingHints: { intervalInSeconds: 300, sizeInMBs: 64 },
        processingConfiguration: {
          enabled: true,
          processors: [
            {
              type: 'Lambda',
              parameters: [
                { parameterName: 'LambdaArn', parameterValue: transform.functionArn },
                // The answer is nearly twice as long, and may have 6 MB.
                { parameterName: 'BufferSizeInMBs', parameterValue: '1' },
                { parameterName: 'BufferIntervalInSeconds', parameterValue: '60' },
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
    delivery.node.addDependency(role, this.bucket);
  }
}
