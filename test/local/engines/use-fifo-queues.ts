import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Engine } from '../../../local/engines/engine.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { client, keys, scratchFolder, started } from './scratch.ts';

/** An engine for the test file, and what its tests do with FIFO queues. */
export function useFifoQueues() {
  const path = scratchFolder();
  let engine: Engine;
  let sqs: SQSClient;
  let queues = 0;

  const start = async () => {
    engine = await started(startS3AndSqs({ path, keys }));
    sqs = new SQSClient({ ...client, endpoint: engine.url });
  };
  beforeAll(start);
  afterAll(() => sqs.destroy());

  const call = ((command: Parameters<SQSClient['send']>[0]) => sqs.send(command)) as SQSClient['send'];

  /** Creates a queue with content-based deduplication and returns its URL. */
  const aQueue = async (more: Record<string, string> = {}) => {
    const Attributes = { FifoQueue: 'true', ContentBasedDeduplication: 'true', ...more };
    return (await call(new CreateQueueCommand({ QueueName: `queue-${queues++}.fifo`, Attributes }))).QueueUrl ?? '';
  };
  const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
    (await call(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];

  return {
    call,
    aQueue,
    receive,
    restart: async () => {
      sqs.destroy();
      await engine.close();
      await start();
    },
    send: (QueueUrl: string, MessageBody: string, MessageGroupId = 'g', more: object = {}) =>
      call(new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId, ...more })),
    bodies: async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
      (await receive(QueueUrl, more)).map(({ Body }) => Body),
    remove: (QueueUrl: string, message: Message | undefined) =>
      call(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle })),
    /** Changes when the message can be received again; by default at once. */
    show: (QueueUrl: string, message: Message | undefined, VisibilityTimeout = 0) =>
      call(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout })),
    attributesOf: async (QueueUrl: string): Promise<Record<string, string>> =>
      (await call(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {},
  };
}
