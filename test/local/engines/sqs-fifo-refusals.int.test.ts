import {
  CreateQueueCommand,
  type CreateQueueCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { useFifoQueues } from './use-fifo-queues.ts';

const { call, aQueue, send, receive, bodies, remove, attributesOf } = useFifoQueues();

describe('refused is', () => {
  const arn = 'arn:aws:sqs:us-east-1:000000000000:standard';
  const policy = JSON.stringify({ deadLetterTargetArn: arn, maxReceiveCount: 1 });
  const fifo = { FifoQueue: 'true' };

  it.each<[string, CreateQueueCommandInput, string, string]>([
    [
      'a FIFO queue without its suffix',
      { QueueName: 'a', Attributes: fifo },
      'InvalidParameterValue',
      'The name of a FIFO queue can only include alphanumeric characters, hyphens, or underscores, must end with .fifo suffix and be 1 to 80 in length.',
    ],
    [
      'the suffix without a FIFO queue',
      { QueueName: 'a.fifo' },
      'InvalidParameterValue',
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    ],
    [
      'to be no FIFO queue',
      { QueueName: 'a', Attributes: { FifoQueue: 'false' } },
      'InvalidAttributeName',
      'Unknown Attribute FifoQueue.',
    ],
    [
      'deduplication by a standard queue',
      { QueueName: 'a', Attributes: { ContentBasedDeduplication: 'true' } },
      'InvalidAttributeName',
      'Unknown Attribute ContentBasedDeduplication.',
    ],
    [
      'a standard dead-letter queue',
      { QueueName: 'a.fifo', Attributes: { ...fifo, RedrivePolicy: policy } },
      'InvalidParameterValue',
      `Value ${policy} for parameter RedrivePolicy is invalid. Reason: Dead-letter queue must be same type of queue as the source..`,
    ],
  ])('%s', async (_, input, name, message) => {
    await expect(call(new CreateQueueCommand(input))).rejects.toMatchObject({ name, message });
  });

  it('another type or deduplication for a queue that is there', async () => {
    const QueueUrl = await aQueue();
    const set = (Attributes: Record<string, string>) => call(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
    await expect(set({ FifoQueue: 'false' })).rejects.toMatchObject({
      name: 'InvalidAttributeValue',
      message: 'Invalid value for the parameter FifoQueue. Reason: Modifying queue type is not supported.',
    });
    const QueueName = QueueUrl.split('/').at(-1);
    await expect(call(new CreateQueueCommand({ QueueName, Attributes: fifo }))).resolves.toEqual(
      expect.objectContaining({ QueueUrl }),
    );
    const other = { ...fifo, ContentBasedDeduplication: 'false' };
    await expect(call(new CreateQueueCommand({ QueueName, Attributes: other }))).rejects.toMatchObject({
      name: 'QueueNameExists',
      message:
        'A queue already exists with the same name and a different value for attribute ContentBasedDeduplication',
    });
    expect(await attributesOf(QueueUrl)).toMatchObject({ FifoQueue: 'true', ContentBasedDeduplication: 'true' });
  });

  const noGroup = 'The request must contain the parameter MessageGroupId.';
  const noId =
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly';
  const outOfPlace = (value: unknown, name: string) =>
    `Value ${value} for parameter ${name} is invalid. Reason: The request include parameter that is not valid for this queue type.`;

  it('a message without group or id, or with a delay of its own', async () => {
    const QueueUrl = await aQueue({ ContentBasedDeduplication: 'false' });
    const sending = (more: object) => call(new SendMessageCommand({ QueueUrl, MessageBody: 'a', ...more }));
    const [MessageGroupId, MessageDeduplicationId] = ['g', 'd'];
    const name = 'InvalidParameterValue';
    await expect(sending({ MessageDeduplicationId })).rejects.toMatchObject({
      name: 'MissingParameter',
      message: noGroup,
    });
    await expect(sending({ MessageGroupId })).rejects.toMatchObject({ name, message: noId });
    const delayed = { MessageGroupId, MessageDeduplicationId, DelaySeconds: 2 };
    await expect(sending(delayed)).rejects.toMatchObject({ name, message: outOfPlace(2, 'DelaySeconds') });
    for (const [parameter, value] of [
      ['MessageGroupId', 'a b'],
      ['MessageDeduplicationId', 'x'.repeat(129)],
    ] as const)
      await expect(sending({ MessageGroupId, MessageDeduplicationId, [parameter]: value })).rejects.toMatchObject({
        name,
        message: `Value ${value} for parameter ${parameter} is invalid. Reason: ${parameter} can only include alphanumeric and punctuation characters. 1 to 128 in length.`,
      });
    const batch = (entry: object) =>
      call(
        new SendMessageBatchCommand({
          QueueUrl,
          Entries: [
            { Id: 'good', MessageBody: 'a', MessageGroupId, MessageDeduplicationId },
            { Id: 'bad', MessageBody: 'b', ...entry },
          ],
        }),
      );
    await expect(batch({ MessageDeduplicationId: 'e' })).rejects.toMatchObject({ name, message: noGroup });
    await expect(batch({ MessageGroupId })).rejects.toMatchObject({ name, message: noId });
    expect(await bodies(QueueUrl)).toEqual([]);
    const { Successful, Failed } = await batch({ MessageGroupId, MessageDeduplicationId: 'e', DelaySeconds: 2 });
    expect([Successful?.map(({ Id }) => Id), Failed?.map(({ Id, Code }) => [Id, Code])]).toEqual([
      ['good'],
      [['bad', name]],
    ]);
  });

  it('deduplication of a message to a standard queue, which may have a group', async () => {
    const { QueueUrl = '' } = await call(new CreateQueueCommand({ QueueName: 'standard' }));
    await expect(send(QueueUrl, 'a', 'g', { MessageDeduplicationId: 'd' })).rejects.toMatchObject({
      name: 'InvalidParameterValue',
      message: outOfPlace('d', 'MessageDeduplicationId'),
    });
    expect((await send(QueueUrl, 'a', 'g')).SequenceNumber).toBeUndefined();
    const [message] = await receive(QueueUrl, { MessageSystemAttributeNames: ['MessageGroupId', 'SequenceNumber'] });
    expect(message?.Attributes).toEqual({ MessageGroupId: 'g' });
  });

  it('to delete a message by a handle whose time is over', async () => {
    const url = await aQueue();
    await send(url, 'a');
    const [old] = await receive(url, { VisibilityTimeout: 0 });
    const message = `Value ${old?.ReceiptHandle} for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.`;
    const refusal = { name: 'InvalidParameterValue', message };
    await expect(remove(url, old)).rejects.toMatchObject(refusal);
    const [present] = await receive(url);
    await expect(remove(url, old)).rejects.toMatchObject(refusal);
    await remove(url, present);
    await remove(url, present); // it is gone already
    expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessagesNotVisible: '0' });
  });
});
