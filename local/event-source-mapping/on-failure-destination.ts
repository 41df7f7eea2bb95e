import { randomUUID } from 'node:crypto';
import type { LocalContext } from '../context.ts';
import { lazily } from '../lazily.ts';
import type { SetAside } from './attempt.ts';
import { type OnFailureContext, onFailureKey, onFailureRecord } from './on-failure-record.ts';
import { putObject } from './put-object.ts';
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
    const sdk = await import('@aws-sdk/client-s3');
    const options = { ...clientOptions(context), endpoint: context.endpoints.s3, forcePathStyle: true };
    return { client: new sdk.S3Client(options), sdk };
  });
  return {
    take: async (setAside, from, { requestId, payload }) => {
      const { client, sdk } = await s3.get();
      const nowMs = context.clock.now();
      const Key = onFailureKey(from.mappingUuid, from.shardId, nowMs, randomUUID());
      const body = Buffer.from(onFailureRecord(setAside, from, { nowMs, requestId }, payload));
      await putObject(client, sdk, { Bucket: bucket, Key }, body);
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
