import { hash } from 'node:crypto';
import { invalidParameter, notOfThisType } from './errors.ts';
import { type Input, optionalText, text } from './input.ts';
import type { Message } from './message-entries.ts';
import { isFifo, type Queue } from './queues.ts';

type Group = Pick<Message, 'group' | 'deduplicationId'>;

/**
 * Reads the group of a message and, for a FIFO queue, its deduplication id.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
export const readGroup = (queue: Queue, input: Input, body: string): Group => {
  const group = identifier(input, 'MessageGroupId');
  const deduplicationId = identifier(input, 'MessageDeduplicationId');
  if (!isFifo(queue)) {
    if (deduplicationId !== undefined) throw notOfThisType('MessageDeduplicationId', deduplicationId);
    return { group };
  }
  text(input, 'MessageGroupId');
  checkDeduplication(queue, input);
  return { group, deduplicationId: deduplicationId ?? hash('sha256', body) };
};

/** Refuses the whole batch if an entry has no group or no deduplication id. Other errors fail one entry only. */
export const checkGroupsOfBatch = (queue: Queue, entries: readonly Input[]): void => {
  for (const entry of entries) {
    if (!entry.MessageGroupId) throw invalidParameter('The request must contain the parameter MessageGroupId.');
    checkDeduplication(queue, entry);
  }
};

const checkDeduplication = ({ attributes }: Queue, input: Input): void => {
  if (input.MessageDeduplicationId || attributes.ContentBasedDeduplication === 'true') return;
  throw invalidParameter(
    'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
  );
};

const identifier = (input: Input, name: string): string | undefined => {
  const value = optionalText(input, name);
  if (!value || /^[!-~]{1,128}$/.test(value)) return value || undefined;
  const reason = `${name} can only include alphanumeric and punctuation characters. 1 to 128 in length.`;
  throw invalidParameter(`Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);
};
