import { randomUUID } from 'node:crypto';
import type { LocalContext } from '../context.ts';
import { lazily } from '../lazily.ts';
import type { SetAside } from './attempt.ts';
import { type OnFailureContext, onFailureKey, onFailureRecord } from './on-failure-record.ts';
import type { StreamRecord } from './stream-record.ts';

/** The invocation after which records are given up. */
export interface LastInvocation {
  readonly requestId: string;
  /** The event, as it was sent. */
  readonly payload: string;
}

/** Takes what a mapping gives up. */
export interface OnFailureDestination {
  /** Resolves once the records are safe there; rejects where they are not, so that the mapping tries again. */
  take(
    setAside: SetAside<StreamRecord>,
    from: OnFailureContext & { readonly mappingUuid: string },
    invocation: LastInvocation,
  ): Promise<void>;
  close(): Promise<void>;
}

/**
 * The destination with this ARN: an S3 bucket takes the whole invocation record with its payload, an SQS queue the
 * metadata alone. The SDK's client is loaded when the first record comes.
 *
 * @throws RangeError for any other ARN.
 */
export const openDestination = (arn: string, context: LocalContext): OnFailureDestination => {
  const [, , service, , , resource = ''] = arn.split(':');
  if (service === 's3') return bucketDestination(resource, context);
  if (service === 'sqs') return queueDestination(resource, context);
  throw new RangeError(`${arn} is neither an S3 bucket nor an SQS queue`);
};

const bucketDestination = (bucket: string, context: LocalContext): OnFailureDestination => {
  const s3 = lazily(async () => {
    const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ ...clientOptions(context), endpoint: context.endpoints.s3, forcePathStyle: true });
    return { client, PutObjectCommand };
  });
  return {
    take: async (setAside, from, { requestId, payload }) => {
      const { client, PutObjectCommand } = await s3.get();
      const nowMs = context.clock.now();
      const Key = onFailureKey(from.mappingUuid, from.shardId, nowMs, randomUUID());
      const Body = onFailureRecord(setAside, from, { nowMs, requestId }, payload);
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    },
    close: async () => (await s3.made())?.client.destroy(),
  };
};

const queueDestination = (queue: string, context: LocalContext): OnFailureDestination => {
  const sqs = lazily(async () => {
    const { SQSClient, GetQueueUrlCommand, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = new SQSClient({ ...clientOptions(context), endpoint: context.endpoints.sqs });
    return { client, GetQueueUrlCommand, SendMessageCommand };
  });
  let url: string | undefined;
  return {
    take: async (setAside, from, { requestId }) => {
      const { client, GetQueueUrlCommand, SendMessageCommand } = await sqs.get();
      url ??= (await client.send(new GetQueueUrlCommand({ QueueName: queue }))).QueueUrl;
      const MessageBody = onFailureRecord(setAside, from, { nowMs: context.clock.now(), requestId });
      await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
    },
    close: async () => (await sqs.made())?.client.destroy(),
  };
};

const clientOptions = ({ region, credentials }: LocalContext) => ({ region, credentials });
