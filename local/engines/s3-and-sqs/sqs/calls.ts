import { SqsError } from './errors.ts';
import type { Input } from './input.ts';
import {
  changeVisibility,
  changeVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
  receiveMessage,
  sendMessage,
  sendMessageBatch,
} from './message-calls.ts';
import {
  createQueue,
  deleteQueue,
  getQueueAttributes,
  getQueueUrl,
  listQueues,
  purgeQueue,
  setQueueAttributes,
} from './queue-calls.ts';
import type { SqsStores } from './stores.ts';

export interface CallContext {
  /** The host that the client called. */
  readonly host: string;
  readonly now: number;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Answers what goes out as JSON; throws an `SqsError` if the call is refused. */
export type Call = (stores: SqsStores, input: Input, context: CallContext) => object | Promise<object>;

const calls: Readonly<Record<string, Call>> = {
  CreateQueue: createQueue,
  DeleteQueue: deleteQueue,
  GetQueueUrl: getQueueUrl,
  ListQueues: listQueues,
  GetQueueAttributes: getQueueAttributes,
  SetQueueAttributes: setQueueAttributes,
  PurgeQueue: purgeQueue,
  SendMessage: sendMessage,
  SendMessageBatch: sendMessageBatch,
  ReceiveMessage: receiveMessage,
  DeleteMessage: deleteMessage,
  DeleteMessageBatch: deleteMessageBatch,
  ChangeMessageVisibility: changeVisibility,
  ChangeMessageVisibilityBatch: changeVisibilityBatch,
};

export const callNamed = (name: string): Call => {
  const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
  if (!call) throw new SqsError('InvalidAction', `Unknown action: ${name}`);
  return call;
};
