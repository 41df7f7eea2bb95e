import * as z from 'zod/mini';
import { clientConfig } from './client-config.ts';
import { resourceType } from './resource-type.ts';

/** A bucket. It keeps every object, in one version, until someone deletes it; only requests with our key reach it. */
export const s3Bucket = resourceType({
  type: 'AWS::S3::Bucket',
  engines: ['s3'],
  properties: z.strictObject({ BucketName: z.optional(z.string()) }),
  withoutEffect: [
    'AccessControl',
    'BucketEncryption',
    'IntelligentTieringConfigurations',
    'InventoryConfigurations',
    'LifecycleConfiguration',
    'LoggingConfiguration',
    'MetricsConfigurations',
    'OwnershipControls',
    'PublicAccessBlockConfiguration',
    'Tags',
    'VersioningConfiguration',
  ],
  create: async ({ logicalId, properties }, context) => {
    const name = properties.BucketName ?? context.physicalName(logicalId, 63).toLowerCase();
    const { CreateBucketCommand, HeadBucketCommand, S3Client } = await import('@aws-sdk/client-s3');
    const client = new S3Client(clientConfig(context, 's3'));
    await client.send(new HeadBucketCommand({ Bucket: name })).catch(async (error) => {
      if (error.$metadata?.httpStatusCode !== 404) throw error;
      await client.send(new CreateBucketCommand({ Bucket: name }));
    });
    client.destroy();
    return {
      ref: name,
      attributes: {
        Arn: `arn:aws:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${context.region}.amazonaws.com`,
      },
    };
  },
});
