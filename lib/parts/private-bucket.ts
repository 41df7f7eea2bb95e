import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { BlockPublicAccess, Bucket, BucketEncryption } from 'aws-cdk-lib/aws-s3';
import { type CfnResource, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';

export interface PrivateBucketProps {
  /** Whether the objects outlive the stack; if not, they go with it. */
  readonly production: boolean;
}

/**
 * A bucket that nobody outside reads, over TLS only, encrypted, and that gives a deleted or replaced object 30 days.
 */
export class PrivateBucket extends Bucket {
  constructor(scope: Construct, id: string, { production }: PrivateBucketProps) {
    super(scope, id, {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      encryption: BucketEncryption.S3_MANAGED,
      versioned: true,
      lifecycleRules: [
        { noncurrentVersionExpiration: Duration.days(30), abortIncompleteMultipartUploadAfter: Duration.days(1) },
      ],
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
      autoDeleteObjects: !production,
    });
    if (!production) keepProviderTidy(Stack.of(this));
  }
}

/**
 * The function that empties buckets as the stack goes comes without a log group, with the right to make one, which
 * then stays behind. It gets one of ours, and the right to write there and nowhere else.
 */
function keepProviderTidy(stack: Stack): void {
  const provider = stack.node.findChild('Custom::S3AutoDeleteObjectsCustomResourceProvider');
  if (provider.node.tryFindChild('Log')) return;
  const log = new LogGroup(provider, 'Log', {
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const handler = provider.node.findChild('Handler') as CfnResource;
  const role = provider.node.findChild('Role') as CfnResource;
  handler.addPropertyOverride('LoggingConfig', { LogGroup: log.logGroupName });
  role.addPropertyOverride('ManagedPolicyArns', undefined);
  role.addPropertyOverride('Policies', [
    {
      PolicyName: 'WriteLog',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: log.logGroupArn },
        ],
      },
    },
  ]);
}
