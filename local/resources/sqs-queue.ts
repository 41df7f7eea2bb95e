import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { clientConfig } from './client-config.ts';
import { resourceType } from './resource-type.ts';

const seconds = (most: number, byDefault: number, least = 0) =>
  z._default(z.int().check(z.minimum(least), z.maximum(most)), byDefault);

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const properties = z.strictObject({
  QueueName: z.optional(z.string().check(z.regex(/^[\w-]{1,80}$|^[\w-]{1,75}\.fifo$/))),
  FifoQueue: z._default(z.boolean(), false),
  ContentBasedDeduplication: z._default(z.boolean(), false),
  DelaySeconds: seconds(900, 0),
  MaximumMessageSize: z._default(z.int().check(z.minimum(1_024), z.maximum(1_048_576)), 1_048_576),
  MessageRetentionPeriod: seconds(1_209_600, 345_600, 60),
  ReceiveMessageWaitTimeSeconds: seconds(20, 0),
  VisibilityTimeout: seconds(43_200, 30),
  RedrivePolicy: z.optional(z.strictObject({ deadLetterTargetArn: z.string(), maxReceiveCount: z.coerce.number() })),
});

/** A queue, standard or FIFO. */
export const sqsQueue = resourceType({
  type: 'AWS::SQS::Queue',
  engines: ['sqs'],
  properties,
  withoutEffect: [
    'KmsDataKeyReusePeriodSeconds',
    'KmsMasterKeyId',
    'RedriveAllowPolicy',
    'SqsManagedSseEnabled',
    'Tags',
  ],
  create: async ({ logicalId, properties: { QueueName, FifoQueue, ...settings } }, context) => {
    const suffix = FifoQueue ? '.fifo' : '';
    const name = QueueName ?? `${context.physicalName(logicalId, 80 - suffix.length)}${suffix}`;
    const sqs = await import('@aws-sdk/client-sqs');
    const client = new sqs.SQSClient(clientConfig(context, 'sqs'));
    const { QueueUrl } = await client.send(new sqs.GetQueueUrlCommand({ QueueName: name })).catch((error) => {
      if (!(error instanceof sqs.QueueDoesNotExist)) throw error;
      const Attributes = FifoQueue ? { FifoQueue: 'true' } : {};
      return client.send(new sqs.CreateQueueCommand({ QueueName: name, Attributes }));
    });
    const { RedrivePolicy, ContentBasedDeduplication, ...others } = settings;
    const attributes: Partial<Record<QueueAttributeName, string>> = {
      ...Object.fromEntries(Object.entries(others).map(([key, value]) => [key, String(value)])),
      RedrivePolicy: RedrivePolicy ? JSON.stringify(RedrivePolicy) : '', // which takes off the one of an earlier template
      ...(FifoQueue && { ContentBasedDeduplication: String(ContentBasedDeduplication) }),
    };
    await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: attributes }));
    const { Attributes } = await client.send(
      new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    client.destroy();
    return {
      ref: QueueUrl ?? '',
      attributes: { Arn: Attributes?.QueueArn ?? '', QueueName: name, QueueUrl: QueueUrl ?? '' },
    };
  },
});
