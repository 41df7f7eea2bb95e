import type { Call } from './calls.ts';
import { invalidParameter } from './errors.ts';
import { integer, names, optionalText, text, texts } from './input.ts';
import { arnOf, isFifo, seconds, urlOf } from './queues.ts';
import { messagesOf } from './stores.ts';

const inSeconds = (now: number) => Math.floor(now / 1_000);

export const createQueue: Call = ({ queues }, input, { host, now }) => {
  const { name } = queues.create(text(input, 'QueueName'), texts(input, 'Attributes'), inSeconds(now));
  return { QueueUrl: urlOf(name, host) };
};

export const getQueueUrl: Call = ({ queues }, input, { host }) => ({
  QueueUrl: urlOf(queues.get(text(input, 'QueueName')).name, host),
});

const mostListed = 1_000;

export const listQueues: Call = ({ queues }, input, { host }) => {
  const most = integer(input, 'MaxResults', 1, mostListed, mostListed);
  const listed = queues.list(optionalText(input, 'QueueNamePrefix') ?? '', optionalText(input, 'NextToken'));
  const page = listed.slice(0, most);
  return {
    QueueUrls: page.map(({ name }) => urlOf(name, host)),
    ...(page.length < listed.length && { NextToken: page.at(-1)?.name }),
  };
};

export const deleteQueue: Call = (stores, input) => {
  const { queues, waiting } = stores;
  const queue = queues.byUrl(text(input, 'QueueUrl'));
  messagesOf(stores, queue).purge(queue);
  queues.remove(queue);
  waiting.wake(queue.name);
  return {};
};

export const purgeQueue: Call = (stores, input) => {
  const queue = stores.queues.byUrl(text(input, 'QueueUrl'));
  messagesOf(stores, queue).purge(queue);
  return {};
};

export const getQueueAttributes: Call = (stores, input, { now }) => {
  const queue = stores.queues.byUrl(text(input, 'QueueUrl'));
  const asked = names(input, 'AttributeNames');
  const wantsAll = asked.includes('All');
  const wantsCounts = asked.some((name) => name.startsWith('ApproximateNumberOf'));
  const { visible, inFlight, delayed } =
    wantsAll || wantsCounts ? messagesOf(stores, queue).count(queue, now) : { visible: 0, inFlight: 0, delayed: 0 };
  const all: Readonly<Record<string, string>> = {
    SqsManagedSseEnabled: 'true',
    ...queue.attributes,
    QueueArn: arnOf(queue.name),
    ApproximateNumberOfMessages: `${visible}`,
    ApproximateNumberOfMessagesNotVisible: `${inFlight}`,
    ApproximateNumberOfMessagesDelayed: `${delayed}`,
    CreatedTimestamp: `${queue.created}`,
    LastModifiedTimestamp: `${queue.modified}`,
  };
  return { Attributes: Object.fromEntries(Object.entries(all).filter(([name]) => wantsAll || asked.includes(name))) };
};

export const setQueueAttributes: Call = ({ queues, fifoMessages, waiting }, input, { now }) => {
  const queue = queues.byUrl(text(input, 'QueueUrl'));
  const attributes = texts(input, 'Attributes');
  if (Object.keys(attributes).length === 0) throw invalidParameter('Attributes must not be empty.');
  const changed = queues.setAttributes(queue, attributes, inSeconds(now));
  if (isFifo(queue) && seconds(queue, 'DelaySeconds') !== seconds(changed, 'DelaySeconds'))
    fifoMessages.delayAnew(changed);
  waiting.wake(queue.name);
  return {};
};
