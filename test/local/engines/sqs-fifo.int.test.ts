import {
  DeleteMessageBatchCommand,
  DeleteQueueCommand,
  PurgeQueueCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { useFifoQueues } from './use-fifo-queues.ts';

const { call, aQueue, restart, send, receive, bodies, remove, show, attributesOf } = useFifoQueues();

describe('the order', () => {
  it('is that of the sending in a group, and as many of one as possible come first', async () => {
    const url = await aQueue();
    for (const [body, group] of ['a1 a', 'b1 b', 'a2 a', 'b2 b', 'a3 a'].map((line) => line.split(' ')))
      await send(url, body ?? '', group);
    expect(await bodies(url, { MaxNumberOfMessages: 4 })).toEqual(['a1', 'a2', 'a3', 'b1']);
    expect(await bodies(url)).toEqual([]);
  });

  it('holds a group while one of it is in flight, and lets others pass', async () => {
    const url = await aQueue();
    for (const body of ['1', '2', '3']) await send(url, body);
    const [one, two] = await receive(url, { MaxNumberOfMessages: 2 });
    await send(url, 'other', 'h');
    expect(await bodies(url)).toEqual(['other']);
    await remove(url, one);
    expect(await bodies(url)).toEqual([]);
    await remove(url, two);
    expect(await bodies(url)).toEqual(['3']);
  });

  it('wakes a receiver that waits for the group once its message is deleted', async () => {
    const url = await aQueue();
    for (const body of ['1', '2']) await send(url, body);
    const [one] = await receive(url, { MaxNumberOfMessages: 1 });
    const waiting = bodies(url, { WaitTimeSeconds: 20 });
    const deletion = { QueueUrl: url, Entries: [{ Id: 'a', ReceiptHandle: one?.ReceiptHandle }] };
    await call(new DeleteMessageBatchCommand(deletion));
    expect(await waiting).toEqual(['2']);
  });

  it('has a message first again whose time is over', async () => {
    const url = await aQueue();
    for (const body of ['1', '2', '3']) await send(url, body);
    await receive(url, { MaxNumberOfMessages: 2, VisibilityTimeout: 1 });
    expect(await bodies(url, { WaitTimeSeconds: 5 })).toEqual(['1', '2', '3']);
  });

  it('has one again that is given back, but none behind one that is in flight', async () => {
    const url = await aQueue();
    for (const body of ['1', '2', '3']) await send(url, body);
    const [one, two] = await receive(url, { MaxNumberOfMessages: 2 });
    await show(url, two);
    expect(await bodies(url)).toEqual([]);
    await show(url, one);
    expect(await bodies(url)).toEqual(['1', '2', '3']);
    await expect(show(url, one, 9)).rejects.toMatchObject({ name: 'MessageNotInflight' });
  });

  it('is kept over a restart, with what is in flight', async () => {
    const url = await aQueue();
    for (const body of ['1', '2', '3']) await send(url, body);
    const [one] = await receive(url, { MaxNumberOfMessages: 1 });
    await restart();
    expect(await bodies(url)).toEqual([]);
    await send(url, '4');
    await remove(url, one);
    expect(await bodies(url)).toEqual(['2', '3', '4']);
  });

  it('keeps groups apart that look alike', async () => {
    const url = await aQueue();
    const groups = ['a', 'a~', 'a~b', '~a', `${'~'.repeat(128)}`, '"`$/', 'a~000000000000001'];
    for (const group of groups) for (const body of ['1', '2']) await send(url, `${body} ${group}`, group);
    const received = new Map<string | undefined, unknown[]>();
    for (let count = 0; count < groups.length; count++)
      for (const { Body, Attributes } of await receive(url, {
        MaxNumberOfMessages: 2,
        MessageSystemAttributeNames: ['MessageGroupId'],
      }))
        received.set(Attributes?.MessageGroupId, [...(received.get(Attributes?.MessageGroupId) ?? []), Body]);
    expect(received).toEqual(new Map(groups.map((group) => [group, [`1 ${group}`, `2 ${group}`]])));
  });
});

describe('a message', () => {
  it('has a sequence number that grows, its group and its id', async () => {
    const url = await aQueue();
    const first = await send(url, 'one', 'g', { MessageDeduplicationId: 'd-1' });
    const Entries = [{ Id: 'a', MessageBody: 'two', MessageGroupId: 'g' }];
    const { Successful } = await call(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    await restart();
    const third = await send(url, 'three');
    const numbers = [first.SequenceNumber, Successful?.[0]?.SequenceNumber, third.SequenceNumber];
    expect(numbers).toEqual(Array(3).fill(expect.stringMatching(/^\d{20}$/)));
    expect(new Set(numbers).size).toBe(3);
    expect(numbers).toEqual([...numbers].sort());
    const received = await receive(url, { MessageSystemAttributeNames: ['All'] });
    expect(received.map(({ Attributes }) => Attributes?.SequenceNumber)).toEqual(numbers);
    expect(received[0]).toMatchObject({
      MessageId: first.MessageId,
      Attributes: { MessageGroupId: 'g', MessageDeduplicationId: 'd-1', ApproximateReceiveCount: '1' },
    });
  });

  it('waits as long as its queue says, also where that is changed later', async () => {
    const url = await aQueue({ DelaySeconds: '900' });
    for (const body of ['1', '2']) await send(url, body);
    expect(await bodies(url)).toEqual([]);
    expect(await attributesOf(url)).toMatchObject({ ApproximateNumberOfMessagesDelayed: '2' });
    await call(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { DelaySeconds: '0' } }));
    expect(await bodies(url)).toEqual(['1', '2']);
  });

  it('is counted, also while it waits for another one', async () => {
    const url = await aQueue();
    for (const body of ['1', '2', '3']) await send(url, body);
    await receive(url, { MaxNumberOfMessages: 1 });
    expect(await attributesOf(url)).toMatchObject({
      ApproximateNumberOfMessages: '2',
      ApproximateNumberOfMessagesNotVisible: '1',
      ApproximateNumberOfMessagesDelayed: '0',
    });
  });

  it('that is received too often goes to the dead-letter queue with its group, and the next one comes', async () => {
    const dead = await aQueue();
    const { QueueArn } = await attributesOf(dead);
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount: 1 });
    const url = await aQueue({ RedrivePolicy });
    const sent = await send(url, 'poison', 'p~1');
    await send(url, 'next', 'p~1');
    const [poison] = await receive(url, { MaxNumberOfMessages: 1 });
    await show(url, poison);
    expect(await bodies(url)).toEqual(['next']);
    await restart();
    await send(dead, 'later', 'p~1');
    const received = await receive(dead, { MessageSystemAttributeNames: ['All'] });
    expect(received.map(({ Body }) => Body)).toEqual(['poison', 'later']);
    expect(received[0]).toMatchObject({
      MessageId: sent.MessageId,
      Attributes: { MessageGroupId: 'p~1', MessageDeduplicationId: sent.MessageId },
    });
  });
});

describe('a duplicate', () => {
  it('is accepted with the answer of the first and not delivered, also after that is deleted and a restart', async () => {
    const url = await aQueue({ ContentBasedDeduplication: 'false' });
    const id = { MessageDeduplicationId: 'same' };
    const { MessageId, SequenceNumber } = await send(url, 'first', 'g', id);
    expect(await send(url, 'second', 'h', id)).toMatchObject({ MessageId, SequenceNumber });
    const [first] = await receive(url);
    expect(first).toMatchObject({ Body: 'first', MessageId });
    await remove(url, first);
    await restart();
    expect(await send(url, 'third', 'g', id)).toMatchObject({ MessageId, SequenceNumber });
    expect(await bodies(url)).toEqual([]);
  });

  it('is recognised by its body, if the queue has content-based deduplication and the message no id', async () => {
    const url = await aQueue();
    const { MessageId } = await send(url, 'a');
    expect(await send(url, 'a', 'h')).toMatchObject({ MessageId });
    await send(url, 'a', 'g', { MessageDeduplicationId: 'other' });
    const Entries = ['a', 'b', 'b'].map((MessageBody, index) => ({ Id: `${index}`, MessageBody, MessageGroupId: 'g' }));
    const { Successful = [] } = await call(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    expect(Successful.map((one) => one.MessageId)).toEqual([MessageId, ...Array(2).fill(Successful[1]?.MessageId)]);
    expect(await bodies(url)).toEqual(['a', 'a', 'b']);
  });

  it('is none of what was purged, nor in another queue', async () => {
    const [url, other] = [await aQueue(), await aQueue()];
    await send(url, 'a');
    await send(other, 'a');
    await call(new PurgeQueueCommand({ QueueUrl: url }));
    expect(await bodies(url)).toEqual([]);
    await send(url, 'a');
    expect([await bodies(url), await bodies(other)]).toEqual([['a'], ['a']]);
    await call(new DeleteQueueCommand({ QueueUrl: url }));
  });
});
