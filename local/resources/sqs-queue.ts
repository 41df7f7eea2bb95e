import type { QueueAttributeName } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { clientConfig } from './client-config.ts';
import { resourceType } from './resource-type.ts';

const properties = z.strictObject({
  QueueName: z.optional(z.string()),
  FifoQueue: z.optional(z.boolean()),
  ContentBasedDeduplication: z.optional(z.boolean()),
  DelaySeconds: z.optional(z.int()),
  MaximumMessageSize: z.optional(z.int()),
  MessageRetentionPeriod: z.optional(z.int()),
  ReceiveMessageWaitTimeSeconds: z.optional(z.int()),
  VisibilityTimeout: z.optional(z.int()),
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
  create: async ({ logicalId, properties: { QueueName, ...settings } }, context) => {
    const suffix = settings.FifoQueue ? '.fifo' : '';
    const name = QueueName ?? `${context.physicalName(logicalId, 80 - suffix.length)}${suffix}`;
    const sqs = await import('@aws-sdk/client-sqs');
    const client = new sqs.SQSClient(clientConfig(context, 'sqs'));
    const attributes = Object.fromEntries(
      Object.entries(settings).map(([key, value]) => [
        key,
        typeof value === 'object' ? JSON.stringify(value) : `${value}`,
      ]),
    ) as Partial<Record<QueueAttributeName, string>>;
    const { QueueUrl } = await client.send(new sqs.GetQueueUrlCommand({ QueueName: name })).catch((error) => {
      if (!(error instanceof sqs.QueueDoesNotExist)) throw error;
      return client.send(new sqs.CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    });
    const { FifoQueue, ...changeable } = attributes;
    if (Object.keys(changeable).length > 0) {
      await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: changeable }));
    }
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
