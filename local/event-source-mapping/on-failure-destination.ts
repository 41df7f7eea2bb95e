import { randomUUID } from 'node:crypto';
import type { LocalContext } from '../context.ts';
import type { SetAside } from './attempt.ts';
import type { LastInvocation } from './lane.ts';
import { type OnFailureContext, onFailureKey, onFailureRecord } from './on-failure-record.ts';
import type { StreamRecord } from './stream-record.ts';

/** Takes what a mapping gives up; throws where it can't, so that the mapping tries again. */
export type OnFailureDestination = (
  setAside: SetAside<StreamRecord>,
  from: OnFailureContext & { readonly mappingUuid: string },
  invocation: LastInvocation,
) => Promise<void>;

/** The destination can't be used (400). */
export class InvalidDestination extends Error {
  override readonly name = 'InvalidParameterValueException';
}

/**
 * The destination with this ARN: an S3 bucket takes the whole invocation record with its payload, an SQS queue the
 * metadata alone. The SDK's client is loaded when the first record comes.
 *
 * @throws InvalidDestination for any other ARN.
 */
export const openDestination = (arn: string, context: LocalContext): OnFailureDestination => {
  const [, , service, , , resource = ''] = arn.split(':');
  if (service === 's3' && resource) return bucketDestination(resource, context);
  if (service === 'sqs' && resource && !resource.endsWith('.fifo')) return queueDestination(resource, context);
  throw new InvalidDestination(
    `DestinationConfig.OnFailure.Destination: ${arn} is neither an S3 bucket nor a standard SQS queue; nothing else runs here.`,
  );
};

const bucketDestination = (bucket: string, context: LocalContext): OnFailureDestination => {
  const open = once(async () => {
    const { S3Client, PutObjectCommand } = await import('@aws-sdk/client-s3');
    const client = new S3Client({ ...clientOptions(context), endpoint: context.endpoints.s3, forcePathStyle: true });
    context.onClose(() => client.destroy());
    return (Key: string, Body: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
  });
  return async (setAside, from, { requestId, payload }) => {
    const put = await open();
    const stamp = { nowMs: context.clock.now(), requestId };
    const key = onFailureKey(from.mappingUuid, from.shardId, stamp.nowMs, randomUUID());
    await put(key, onFailureRecord(setAside, from, stamp, payload));
  };
};

const queueDestination = (queue: string, context: LocalContext): OnFailureDestination => {
  const open = once(async () => {
    const { SQSClient, GetQueueUrlCommand, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = new SQSClient({ ...clientOptions(context), endpoint: context.endpoints.sqs });
    context.onClose(() => client.destroy());
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: queue }));
    return (MessageBody: string) => client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  });
  return async (setAside, from, { requestId }) => {
    const send = await open();
    await send(onFailureRecord(setAside, from, { nowMs: context.clock.now(), requestId }));
  };
};

const clientOptions = ({ region, credentials }: LocalContext) => ({ region, credentials });

/** The result of the first call that succeeds. */
const once = <T>(make: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error) => {
      made = undefined;
      throw error;
    });
    return made;
  };
};
