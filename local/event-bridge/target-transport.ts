import { randomUUID } from 'node:crypto';
import type { LocalContext } from '../context.ts';
import { lazily } from '../lazily.ts';
import type { BusEvent, Envelope } from './bus-event.ts';
import { parseExactly } from './exact-json.ts';
import { compileJsonPath } from './json-path.ts';

/** What a target gets. */
export interface Message {
  readonly body: string;
  /** Of a Kinesis record. */
  readonly partitionKey?: string | undefined;
}

/** Why a target didn't take a message; one that can't be cured is not tried again. */
export interface DeliveryFailure {
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
}

/** Hands messages to a target. */
export interface TargetTransport {
  /** How many messages, and bytes of them, one call takes. */
  readonly batchSize: number;
  readonly batchBytes: number;
  /** Where messages have one. */
  partitionKeyOf?(event: BusEvent): string;
  /** Answers for each message why it was not taken, if it wasn't; throws where that holds for all of them. */
  send(messages: readonly Message[]): Promise<readonly (DeliveryFailure | undefined)[]>;
  close(): Promise<void>;
}

export interface TransportSettings {
  readonly arn: string;
  /** Kinesis: where the partition key lies in the event. */
  readonly partitionKeyPath?: string | undefined;
  /** SQS, FIFO queues. */
  readonly messageGroupId?: string | undefined;
}

/** @throws RangeError for an ARN of anything but a Kinesis stream, a function or a queue; InvalidJsonPath. */
export const openTransport = (settings: TransportSettings, context: LocalContext): TargetTransport => {
  const [, , service, , , resource = ''] = settings.arn.split(':');
  switch (service) {
    case 'kinesis':
      return streamTransport(resource.replace(/^stream\//, ''), settings.partitionKeyPath, context);
    case 'sqs':
      return queueTransport(settings.arn, settings.messageGroupId, context);
    case 'lambda':
      return functionTransport(settings.arn, context);
    default:
      throw new RangeError('only Kinesis streams, SQS queues and Lambda functions are targets here');
  }
};

const longestKey = 256;
const largestRecordBytes = 1_048_576;

const streamTransport = (
  streamName: string,
  partitionKeyPath: string | undefined,
  context: LocalContext,
): TargetTransport => {
  const keyAt = partitionKeyPath === undefined ? () => undefined : compileJsonPath(partitionKeyPath);
  const kinesis = lazily(async () => {
    const [{ KinesisClient, PutRecordsCommand }, { NodeHttpHandler }] = await Promise.all([
      import('@aws-sdk/client-kinesis'),
      import('@smithy/node-http-handler'),
    ]);
    const requestHandler = new NodeHttpHandler({ connectionTimeout: 5_000, requestTimeout: 30_000 });
    const client = new KinesisClient({ ...clientOptions(context, 'kinesis'), requestHandler });
    return { client, PutRecordsCommand };
  });
  return {
    batchSize: 500,
    batchBytes: 4_000_000,
    partitionKeyOf: ({ text }) => {
      const envelope = parseExactly(text) as Envelope;
      return textOf(keyAt(envelope)) || envelope.id;
    },
    send: async (messages) => {
      const failures: (DeliveryFailure | undefined)[] = messages.map(() => undefined);
      const records = messages.flatMap(({ body, partitionKey = '' }, index) => {
        const record = { Data: Buffer.from(body), PartitionKey: partitionKey };
        const fault = findRecordFault(record);
        if (fault) failures[index] = { code: 'SDK_CLIENT_ERROR', message: fault, retryable: false };
        return fault ? [] : [{ index, record }];
      });
      if (records.length === 0) return failures;
      const { client, PutRecordsCommand } = await kinesis.get();
      const output = await client.send(
        new PutRecordsCommand({ StreamName: streamName, Records: records.map(({ record }) => record) }),
      );
      for (const [at, { ErrorCode, ErrorMessage = '' }] of (output.Records ?? []).entries()) {
        const index = records[at]?.index;
        if (ErrorCode && index !== undefined)
          failures[index] = { code: codeOf(ErrorCode), message: ErrorMessage, retryable: true };
      }
      return failures;
    },
    close: async () => (await kinesis.made())?.client.destroy(),
  };
};

const textOf = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
};

const findRecordFault = ({ Data, PartitionKey }: { Data: Buffer; PartitionKey: string }): string | undefined => {
  if (PartitionKey.length > longestKey) return `The partition key has more than ${longestKey} characters.`;
  if (Data.length + Buffer.byteLength(PartitionKey) > largestRecordBytes)
    return `The record is larger than ${largestRecordBytes} bytes.`;
  return undefined;
};

/** Sends to the queue with this ARN. */
export const queueTransport = (
  arn: string,
  messageGroupId: string | undefined,
  context: LocalContext,
): TargetTransport & {
  sendWith(body: string, attributes: Readonly<Record<string, string | number>>): Promise<void>;
} => {
  const sqs = lazily(async () => {
    const { SQSClient, GetQueueUrlCommand, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    const client = new SQSClient(clientOptions(context, 'sqs'));
    return { client, GetQueueUrlCommand, SendMessageCommand };
  });
  let url: string | undefined;
  const send = async (body: string, attributes: Readonly<Record<string, string | number>> = {}): Promise<void> => {
    const { client, GetQueueUrlCommand, SendMessageCommand } = await sqs.get();
    url ??= (await client.send(new GetQueueUrlCommand({ QueueName: arn.split(':')[5] }))).QueueUrl;
    const named = Object.entries(attributes).map(([name, value]) => [
      name,
      { DataType: typeof value === 'number' ? 'Number' : 'String', StringValue: String(value) },
    ]);
    await client.send(
      new SendMessageCommand({
        QueueUrl: url,
        MessageBody: body,
        MessageAttributes: Object.fromEntries(named),
        ...(messageGroupId !== undefined && { MessageGroupId: messageGroupId }),
      }),
    );
  };
  return {
    batchSize: 10,
    batchBytes: Number.POSITIVE_INFINITY,
    sendWith: send,
    send: (messages) => Promise.all(messages.map(({ body }) => send(body).then(() => undefined, failureOf))),
    close: async () => (await sqs.made())?.client.destroy(),
  };
};

/** An invocation that nobody waits for: once Lambda's own queue has it, its failure is the function's to report. */
const functionTransport = (arn: string, context: LocalContext): TargetTransport => ({
  batchSize: 100,
  batchBytes: Number.POSITIVE_INFINITY,
  send: async (messages) => {
    const target = context.functions.get(arn);
    if (!target) return messages.map(() => ({ code: 'NO_RESOURCE', message: `no function ${arn}`, retryable: false }));
    for (const { body } of messages)
      context.asyncInvocations.add(target, body, { requestId: randomUUID(), source: 'eventbridge' });
    return messages.map(() => undefined);
  },
  close: async () => {},
});

/** Named as EventBridge names the failure for a dead-letter queue. */
export const failureOf = (error: unknown): DeliveryFailure => {
  const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode;
  if (/NotFound|DoesNotExist|NonExistent/.test(name)) return { code: 'NO_RESOURCE', message, retryable: false };
  if (status === undefined) return { code: 'CONNECTION_FAILURE', message, retryable: true };
  if (status === 403) return { code: 'NO_PERMISSIONS', message, retryable: false };
  const throttled = codeOf(name) === 'THROTTLING';
  if (status < 500 && !throttled) return { code: 'SDK_CLIENT_ERROR', message, retryable: false };
  return { code: codeOf(name), message, retryable: true };
};

const codeOf = (name: string): string =>
  /Throttl|Throughput|LimitExceeded|TooMany/.test(name) ? 'THROTTLING' : 'INTERNAL_ERROR';

/** One try a call: the queue before the target backs off itself. */
const clientOptions = ({ region, credentials, endpoints }: LocalContext, service: 'kinesis' | 'sqs') => ({
  region,
  credentials,
  endpoint: endpoints[service],
  maxAttempts: 1,
});
