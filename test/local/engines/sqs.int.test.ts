import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  ChangeMessageVisibilityBatchCommand,
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
  TagQueueCommand,
} from '@aws-sdk/client-sqs';
import type { Engine } from '../../../local/engines/engine.ts';
import { Sequence } from '../../../local/engines/s3-and-sqs/sequence.ts';
import { openSqsStores } from '../../../local/engines/s3-and-sqs/sqs/stores.ts';
import { startS3AndSqs } from '../../../local/engines/s3-and-sqs.ts';
import { Storage } from '../../../local/storage/storage.ts';
import { eventually } from '../../support/eventually.ts';
import { client, keys, scratchFolder, started } from './scratch.ts';

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

const aQueue = async (Attributes: Record<string, string> = {}) => {
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `queue-${queues++}`, Attributes }));
  return QueueUrl;
};
const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more }));
const receive = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }))).Messages ?? [];
const bodies = async (QueueUrl: string, more: Partial<ReceiveMessageCommandInput> = {}) =>
  (await receive(QueueUrl, more)).map(({ Body }) => Body);
const counts = async (QueueUrl: string) => {
  const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const of = (kind: '' | 'NotVisible' | 'Delayed') => Number(Attributes[`ApproximateNumberOfMessages${kind}`]);
  return { visible: of(''), inFlight: of('NotVisible'), delayed: of('Delayed') };
};

describe('a message', () => {
  it('comes with its attributes and their digests, as far as they are asked for', async () => {
    const url = await aQueue();
    const MessageAttributes = {
      a: { DataType: 'String', StringValue: 'ä' },
      'b.c': { DataType: 'Number', StringValue: '1' },
      d: { DataType: 'Binary', BinaryValue: Buffer.from([1, 2]) },
    };
    const sent = await send(url, 'body', { MessageAttributes });
    expect(sent.MD5OfMessageBody).toBe(createHash('md5').update('body').digest('hex'));
    const asked = {
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
      VisibilityTimeout: 0,
    } as const;
    const [all] = await receive(url, {
      ...asked,
      MessageAttributeNames: ['All'],
      MessageSystemAttributeNames: ['All'],
    });
    expect(all).toMatchObject({
      Body: 'body',
      MessageId: sent.MessageId,
      MD5OfMessageAttributes: sent.MD5OfMessageAttributes,
    });
    expect(all?.MessageAttributes).toEqual({
      ...MessageAttributes,
      d: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2]) },
    });
    expect(all?.Attributes).toMatchObject({
      ApproximateReceiveCount: '1',
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
    });
    const [some] = await receive(url, { MessageAttributeNames: ['b.*'], VisibilityTimeout: 0 });
    expect(Object.keys(some?.MessageAttributes ?? {})).toEqual(['b.c']);
    const [none] = await receive(url);
    expect([none?.MessageAttributes, none?.Attributes]).toEqual([undefined, undefined]);
  });

  it('is hidden from others until its time is over, and gone once it is deleted', async () => {
    const url = await aQueue();
    await send(url, 'once');
    const [first] = await receive(url, { VisibilityTimeout: 1 });
    expect(await counts(url)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    expect(await receive(url)).toEqual([]);
    const [second] = await receive(url, { WaitTimeSeconds: 5 });
    expect(second?.Body).toBe('once');
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: first?.ReceiptHandle }));
    expect((await counts(url)).inFlight).toBe(1); // the handle is an older one
    await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: second?.ReceiptHandle }));
    expect(await counts(url)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('is given back at once, or hidden for longer', async () => {
    const url = await aQueue();
    await send(url, 'again');
    const [message] = await receive(url);
    const ReceiptHandle = message?.ReceiptHandle;
    const change = (VisibilityTimeout: number) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout }));
    await change(60);
    expect(await receive(url)).toEqual([]);
    await change(0);
    await expect(change(60)).rejects.toMatchObject({ name: 'MessageNotInflight' });
    const [again] = await receive(url);
    const Entries = [
      { Id: 'a', ReceiptHandle: again?.ReceiptHandle, VisibilityTimeout: 0 },
      { Id: 'b', ReceiptHandle: 'x', VisibilityTimeout: 0 },
    ];
    const { Successful, Failed } = await sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries }));
    expect([Successful?.map(({ Id }) => Id), Failed?.map(({ Id }) => Id)]).toEqual([['a'], ['b']]);
    expect(await bodies(url)).toEqual(['again']);
  });

  it('may come later', async () => {
    const url = await aQueue({ DelaySeconds: '900' });
    await send(url, 'late');
    await send(url, 'sooner', { DelaySeconds: 1 });
    expect(await counts(url)).toEqual({ visible: 0, inFlight: 0, delayed: 2 });
    expect(await bodies(url, { WaitTimeSeconds: 5 })).toEqual(['sooner']);
  });

  it('that is too large is refused', async () => {
    const url = await aQueue({ MaximumMessageSize: '1024' });
    await expect(send(url, 'x'.repeat(1_025))).rejects.toMatchObject({ name: 'InvalidParameterValue' });
    await expect(send(url, '')).rejects.toMatchObject({ name: 'MissingParameter' });
  });
});

describe('a queue', () => {
  it('wakes whoever waits, in the order of the messages', async () => {
    const url = await aQueue();
    const waiting = receive(url, { WaitTimeSeconds: 20 });
    await sqs.send(
      new SendMessageBatchCommand({ QueueUrl: url, Entries: ['1', '2', '3'].map((Id) => ({ Id, MessageBody: Id })) }),
    );
    expect((await waiting).map(({ Body }) => Body)).toEqual(['1', '2', '3']);
  });

  it('gives one message to one of many who wait', async () => {
    const url = await aQueue();
    const waiting = Promise.all(Array.from({ length: 5 }, () => bodies(url, { WaitTimeSeconds: 2 })));
    await send(url, 'one');
    expect((await waiting).flat()).toEqual(['one']);
  });

  it('hands a message that is received too often to its dead-letter queue', async () => {
    const dead = await aQueue();
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: dead, AttributeNames: ['QueueArn'] }),
    );
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 2 });
    const url = await aQueue({ RedrivePolicy, VisibilityTimeout: '0' });
    await send(url, 'poison');
    expect([await bodies(url), await bodies(url), await bodies(url)]).toEqual([['poison'], ['poison'], []]);
    expect(await bodies(dead)).toEqual(['poison']);
  });

  it('takes batches, each entry by itself', async () => {
    const url = await aQueue({ MaximumMessageSize: '1024' });
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: 'x'.repeat(1_025) },
    ];
    const { Successful, Failed } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect([Successful?.map(({ Id }) => Id), Failed]).toEqual([
      ['good'],
      [{ Id: 'bad', SenderFault: true, Code: 'InvalidParameterValue', Message: expect.any(String) }],
    ]);
    const batch = (list: object[]) => sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries: list as never }));
    await expect(batch([])).rejects.toMatchObject({ name: 'EmptyBatchRequest' });
    await expect(batch([Entries[0] as object, Entries[0] as object])).rejects.toMatchObject({
      name: 'BatchEntryIdsNotDistinct',
    });
    await expect(batch([{ Id: 'a b', MessageBody: 'a' }])).rejects.toMatchObject({ name: 'InvalidBatchEntryId' });
    await expect(
      batch(Array.from({ length: 11 }, (_, index) => ({ Id: `${index}`, MessageBody: 'a' }))),
    ).rejects.toMatchObject({
      name: 'TooManyEntriesInBatchRequest',
    });
    const [message] = await receive(url);
    const deletion = { QueueUrl: url, Entries: [{ Id: 'a', ReceiptHandle: message?.ReceiptHandle }] };
    expect((await sqs.send(new DeleteMessageBatchCommand(deletion))).Successful).toEqual([{ Id: 'a' }]);
    expect(await counts(url)).toEqual({ visible: 0, inFlight: 0, delayed: 0 });
  });

  it('is made once, listed, emptied and deleted', async () => {
    const QueueName = 'whole-life';
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: { DelaySeconds: '0' } }));
    expect(await sqs.send(new CreateQueueCommand({ QueueName }))).toMatchObject({ QueueUrl });
    await expect(
      sqs.send(new CreateQueueCommand({ QueueName, Attributes: { DelaySeconds: '1' } })),
    ).rejects.toMatchObject({ name: 'QueueNameExists' });
    await sqs.send(new CreateQueueCommand({ QueueName: 'whole-life-2' }));
    const page = await sqs.send(new ListQueuesCommand({ QueueNamePrefix: 'whole', MaxResults: 1 }));
    const rest = await sqs.send(
      new ListQueuesCommand({ QueueNamePrefix: 'whole', NextToken: page.NextToken, MaxResults: 1 }),
    );
    expect([page.QueueUrls, rest.QueueUrls, rest.NextToken]).toEqual([[QueueUrl], [`${QueueUrl}-2`], undefined]);
    await send(QueueUrl, 'gone');
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receive(QueueUrl)).toEqual([]);
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    await expect(sqs.send(new GetQueueUrlCommand({ QueueName }))).rejects.toMatchObject({ name: 'QueueDoesNotExist' });
    await expect(send(QueueUrl, 'x')).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      message: 'The specified queue does not exist.',
    });
  });

  it.each([
    ['a name that is none', { QueueName: 'a b' }, 'InvalidParameterValue'],
    ['an attribute that it does not know', { QueueName: 'a', Attributes: { Colour: 'red' } }, 'InvalidAttributeName'],
    ['a value out of its range', { QueueName: 'a', Attributes: { DelaySeconds: '901' } }, 'InvalidAttributeValue'],
    ['a policy that is no JSON', { QueueName: 'a', Attributes: { RedrivePolicy: 'x' } }, 'InvalidAttributeValue'],
  ])('refuses %s', async (_, input, name) => {
    await expect(sqs.send(new CreateQueueCommand(input as CreateQueueCommandInput))).rejects.toMatchObject({ name });
  });

  it('refuses an action that it does not have', async () => {
    const QueueUrl = await aQueue();
    await expect(sqs.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } }))).rejects.toMatchObject({
      name: 'InvalidAction',
    });
  });

  it('keeps what is in flight over a restart', async () => {
    const url = await aQueue();
    await send(url, 'in flight');
    const [message] = await receive(url, { VisibilityTimeout: 600 });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: '7' } }));
    sqs.destroy();
    await engine.close();
    await start();
    expect(await counts(url)).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    const names = { QueueUrl: url, AttributeNames: ['VisibilityTimeout' as const] };
    expect((await sqs.send(new GetQueueAttributesCommand(names))).Attributes).toEqual({ VisibilityTimeout: '7' });
    const ReceiptHandle = message?.ReceiptHandle;
    await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle, VisibilityTimeout: 0 }));
    await eventually(async () => expect(await bodies(url)).toEqual(['in flight']));
  });
});

it('a message goes when its retention ends', async () => {
  const storage = new Storage({ path: join(scratchFolder(), 'store.sqlite') });
  const { queues: stored, messages } = openSqsStores(storage, new Sequence(storage));
  const queue = stored.create('short', { MessageRetentionPeriod: '60' }, 0);
  const message = (sent: number) => ({ id: `${sent}`, body: '', md5: '', attributes: {}, sent, due: sent });
  for (const sent of [1_000, 2_000, 50_000]) messages.add(queue, message(sent));
  expect(messages.take(queue, 1, 30, 3_000).map(({ id }) => id)).toEqual(['1000']);
  expect(messages.count(queue, 61_500)).toEqual({ visible: 2, inFlight: 0, delayed: 0 });
  expect(messages.take(queue, 10, 30, 100_000).map(({ id }) => id)).toEqual(['50000']);
  messages.purge(queue);
  stored.remove(queue);
  expect([...storage.keys({ gte: '', lt: '~' })]).toEqual(['sequence']);
  storage.close();
});
