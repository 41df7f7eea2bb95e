import { hash, randomUUID } from 'node:crypto';
import type { Call } from './calls.ts';
import { invalidParameter, missingParameter, SqsError } from './errors.ts';
import { batch, type Input, integer, isObject, names, text } from './input.ts';
import { md5OfAttributes, readMessageAttributes, requestedOf, sizeOf } from './message-attributes.ts';
import type { Received } from './messages.ts';
import { type Queue, redriveOf, seconds } from './queues.ts';
import type { SqsStores } from './stores.ts';

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
  return batch(input, (entry) => send(stores, queue, entry, now));
};

const send = ({ messages, waiting }: SqsStores, queue: Queue, input: Input, now: number): object => {
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
  const delay = integer(input, 'DelaySeconds', 0, 900, seconds(queue, 'DelaySeconds'));
  const message = { id: randomUUID(), body, md5: hash('md5', body), attributes, sent: now, due: now + delay * 1_000 };
  messages.add(queue, message);
  waiting.wake(queue.name);
  return {
    MessageId: message.id,
    MD5OfMessageBody: message.md5,
    MD5OfMessageAttributes: md5OfAttributes(attributes),
  };
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
    const received = stores.messages.take(queue, most, visibility, time);
    if (received.length > 0) {
      const { name = '' } = redriveOf(queue) ?? {};
      stores.waiting.wake(name);
      return { Messages: received.map((message) => describe(message, systemNames, attributeNames)) };
    }
    const next = Math.min(deadline, stores.messages.nextDue(queue) ?? deadline);
    if (time >= deadline) break;
    await stores.waiting.wait(queue.name, Math.max(1, next - time), signal);
  }
  return {};
};

const describe = (message: Received, systemNames: readonly string[], attributeNames: readonly string[]): object => {
  const system: Readonly<Record<string, string>> = {
    SenderId: '000000000000',
    SentTimestamp: `${message.sent}`,
    ApproximateReceiveCount: `${message.receives}`,
    ApproximateFirstReceiveTimestamp: `${message.firstReceived}`,
  };
  const isAsked = (name: string) => systemNames.includes('All') || systemNames.includes(name);
  const asked = Object.entries(system).filter(([name]) => isAsked(name));
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

export const deleteMessage: Call = (stores, input) => {
  stores.messages.remove(queueOf(stores, input), text(input, 'ReceiptHandle'));
  return {};
};

export const deleteMessageBatch: Call = (stores, input) => {
  const queue = queueOf(stores, input);
  return batch(input, (entry) => {
    stores.messages.remove(queue, text(entry, 'ReceiptHandle'));
    return {};
  });
};

export const changeVisibility: Call = (stores, input, { now }) => {
  change(stores, queueOf(stores, input), input, now);
  return {};
};

export const changeVisibilityBatch: Call = (stores, input, { now }) => {
  const queue = queueOf(stores, input);
  return batch(input, (entry) => change(stores, queue, entry, now));
};

const change = ({ messages, waiting }: SqsStores, queue: Queue, input: Input, now: number): object => {
  const handle = text(input, 'ReceiptHandle');
  if (input.VisibilityTimeout === undefined) throw missingParameter('VisibilityTimeout');
  const visibility = integer(input, 'VisibilityTimeout', 0, longestVisibility, 0);
  if (!messages.changeVisibility(queue, handle, visibility, now)) {
    const message = 'Message does not exist or is not available for visibility timeout change.';
    throw new SqsError('MessageNotInflight', message);
  }
  waiting.wake(queue.name);
  return {};
};

const queueOf = ({ queues }: SqsStores, input: Input): Queue => queues.byUrl(text(input, 'QueueUrl'));
