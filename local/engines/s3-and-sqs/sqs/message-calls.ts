import { hash, randomUUID } from 'node:crypto';
import type { Call } from './calls.ts';
import { invalidParameter, missingParameter, notOfThisType, SqsError } from './errors.ts';
import { checkGroupsOfBatch, readGroup } from './group-parameters.ts';
import { batch, type Input, integer, isObject, names, text } from './input.ts';
import { md5OfAttributes, readMessageAttributes, requestedOf, sizeOf } from './message-attributes.ts';
import type { Received } from './message-entries.ts';
import { isFifo, type Queue, redriveOf, seconds } from './queues.ts';
import { messagesOf, type SqsStores } from './stores.ts';

const largestMessage = 1_048_576;
const longestVisibility = 43_200;

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const noMessageCharacter = /[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

export const sendMessage: Call = (stores, input, { now }) => send(stores, queueOf(stores, input), input, now);

export const sendMessageBatch: Call = (stores, input, { now }) => {
  const queue = queueOf(stores, input);
  const entries = Array.isArray(input.Entries) ? input.Entries.filter(isObject) : [];
  const bytes = entries.reduce(
    (sum, entry) => sum + sizeOf(String(entry.MessageBody ?? ''), readMessageAttributes(entry)),
    0,
  );
  if (bytes > largestMessage) {
    const message = `Batch requests cannot be longer than ${largestMessage} bytes. You have sent ${bytes} bytes.`;
    throw new SqsError('BatchRequestTooLong', message);
  }
  if (isFifo(queue)) checkGroupsOfBatch(queue, entries);
  return batch(input, (entry) => send(stores, queue, entry, now));
};

const send = (stores: SqsStores, queue: Queue, input: Input, now: number): object => {
  const body = text(input, 'MessageBody');
  if (noMessageCharacter.test(body)) {
    const message =
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF and #xE000 to #xFFFD.';
    throw new SqsError('InvalidMessageContents', message);
  }
  const attributes = readMessageAttributes(input);
  const most = seconds(queue, 'MaximumMessageSize');
  if (sizeOf(body, attributes) > most) {
    throw invalidParameter(`One or more parameters are invalid. Reason: Message must be shorter than ${most} bytes.`);
  }
  const md5 = hash('md5', body);
  const { id, sequenceNumber } = messagesOf(stores, queue).add(queue, {
    id: randomUUID(),
    body,
    md5,
    attributes,
    sent: now,
    due: now + delayOf(queue, input) * 1_000,
    ...readGroup(queue, input, body),
  });
  stores.waiting.wake(queue.name);
  return {
    MessageId: id,
    MD5OfMessageBody: md5,
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    SequenceNumber: sequenceNumber,
  };
};

const delayOf = (queue: Queue, input: Input): number => {
  const ofQueue = seconds(queue, 'DelaySeconds');
  const delay = integer(input, 'DelaySeconds', 0, 900, ofQueue);
  if (!isFifo(queue)) return delay;
  if (input.DelaySeconds) throw notOfThisType('DelaySeconds', delay);
  return ofQueue;
};

export const receiveMessage: Call = async (stores, input, { now, signal }) => {
  const first = queueOf(stores, input);
  const most = integer(input, 'MaxNumberOfMessages', 1, 10, 1);
  const visibility = integer(input, 'VisibilityTimeout', 0, longestVisibility, seconds(first, 'VisibilityTimeout'));
  const wait = integer(input, 'WaitTimeSeconds', 0, 20, seconds(first, 'ReceiveMessageWaitTimeSeconds'));
  const systemNames = [...names(input, 'AttributeNames'), ...names(input, 'MessageSystemAttributeNames')];
  const attributeNames = names(input, 'MessageAttributeNames');
  const deadline = now + wait * 1_000;
  while (!signal.aborted) {
    const queue = queueOf(stores, input);
    const time = Date.now();
    const received = messagesOf(stores, queue).take(queue, most, visibility, time);
    if (received.length > 0) {
      const { name = '' } = redriveOf(queue) ?? {};
      stores.waiting.wake(name);
      return { Messages: received.map((message) => describe(message, systemNames, attributeNames)) };
    }
    const next = Math.min(deadline, messagesOf(stores, queue).nextDue(queue) ?? deadline);
    if (time >= deadline) break;
    await stores.waiting.wait(queue.name, Math.max(1, next - time), signal);
  }
  return {};
};

const describe = (message: Received, systemNames: readonly string[], attributeNames: readonly string[]): object => {
  const system: Readonly<Record<string, string | undefined>> = {
    SenderId: '000000000000',
    SentTimestamp: `${message.sent}`,
    ApproximateReceiveCount: `${message.receives}`,
    ApproximateFirstReceiveTimestamp: `${message.firstReceived}`,
    MessageGroupId: message.group,
    MessageDeduplicationId: message.deduplicationId,
    SequenceNumber: message.sequenceNumber,
  };
  const isAsked = (name: string) => systemNames.includes('All') || systemNames.includes(name);
  const asked = Object.entries(system).filter(([name, value]) => value !== undefined && isAsked(name));
  const attributes = requestedOf(message.attributes, attributeNames);
  return {
    MessageId: message.id,
    ReceiptHandle: message.handle,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(asked.length > 0 && { Attributes: Object.fromEntries(asked) }),
    ...(Object.keys(attributes).length > 0 && {
      MessageAttributes: attributes,
      MD5OfMessageAttributes: md5OfAttributes(attributes),
    }),
  };
};

export const deleteMessage: Call = (stores, input, { now }) => remove(stores, queueOf(stores, input), input, now);

export const deleteMessageBatch: Call = (stores, input, { now }) => {
  const queue = queueOf(stores, input);
  return batch(input, (entry) => remove(stores, queue, entry, now));
};

const remove = (stores: SqsStores, queue: Queue, input: Input, now: number): object => {
  messagesOf(stores, queue).remove(queue, text(input, 'ReceiptHandle'), now);
  if (isFifo(queue)) stores.waiting.wake(queue.name); // the next message of its group may be due
  return {};
};

export const changeVisibility: Call = (stores, input, { now }) => {
  change(stores, queueOf(stores, input), input, now);
  return {};
};

export const changeVisibilityBatch: Call = (stores, input, { now }) => {
  const queue = queueOf(stores, input);
  return batch(input, (entry) => change(stores, queue, entry, now));
};

const change = (stores: SqsStores, queue: Queue, input: Input, now: number): object => {
  const handle = text(input, 'ReceiptHandle');
  if (input.VisibilityTimeout === undefined) throw missingParameter('VisibilityTimeout');
  const visibility = integer(input, 'VisibilityTimeout', 0, longestVisibility, 0);
  if (!messagesOf(stores, queue).changeVisibility(queue, handle, visibility, now)) {
    const message = 'Message does not exist or is not available for visibility timeout change.';
    throw new SqsError('MessageNotInflight', message);
  }
  stores.waiting.wake(queue.name);
  return {};
};

const queueOf = ({ queues }: SqsStores, input: Input): Queue => queues.byUrl(text(input, 'QueueUrl'));
