import type { Storage } from '../../../storage/storage.ts';
import type { Sequence } from '../sequence.ts';
import { FifoMessages } from './fifo-messages.ts';
import type { MessageStore } from './message-entries.ts';
import { Messages } from './messages.ts';
import { isFifo, type Queue, Queues } from './queues.ts';
import { Waiting } from './waiting.ts';

/** All that SQS keeps, and who waits for it. */
export interface SqsStores {
  readonly storage: Storage;
  readonly queues: Queues;
  readonly messages: Messages;
  readonly fifoMessages: FifoMessages;
  readonly waiting: Waiting;
}

export const openSqsStores = (storage: Storage, sequence: Sequence): SqsStores => ({
  storage,
  queues: new Queues(storage),
  messages: new Messages(storage, sequence),
  fifoMessages: new FifoMessages(storage, sequence),
  waiting: new Waiting(),
});

export const messagesOf = ({ messages, fifoMessages }: SqsStores, queue: Queue): MessageStore =>
  isFifo(queue) ? fifoMessages : messages;
