import type { Storage } from '../../../storage/storage.ts';
import type { Sequence } from '../sequence.ts';
import { Messages } from './messages.ts';
import { Queues } from './queues.ts';
import { Waiting } from './waiting.ts';

/** All that SQS keeps, and who waits for it. */
export interface SqsStores {
  readonly storage: Storage;
  readonly queues: Queues;
  readonly messages: Messages;
  readonly waiting: Waiting;
}

export const openSqsStores = (storage: Storage, sequence: Sequence): SqsStores => ({
  storage,
  queues: new Queues(storage),
  messages: new Messages(storage, sequence),
  waiting: new Waiting(),
});
