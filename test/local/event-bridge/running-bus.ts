import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { GetRecordsCommand, GetShardIteratorCommand, KinesisClient, ListShardsCommand } from '@aws-sdk/client-kinesis';
import { type Message, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { LocalStack } from '../../../local/start-local.ts';
import { clientOf } from '../../support/client-of.ts';

/** The bus of a running stack and what its targets hold, as a client of the SDK sees them. */
export class RunningBus {
  readonly stack: Pick<LocalStack, 'environment' | 'outputs'>;
  readonly events: EventBridgeClient;
  readonly #kinesis: KinesisClient;
  readonly #sqs: SQSClient;

  constructor(stack: Pick<LocalStack, 'environment' | 'outputs'>) {
    const at = (service: Parameters<typeof clientOf>[1]) => ({ ...clientOf(stack, service), maxAttempts: 1 });
    this.stack = stack;
    this.events = new EventBridgeClient(at('EVENTBRIDGE'));
    this.#kinesis = new KinesisClient({ ...at('KINESIS'), requestHandler: new NodeHttpHandler() });
    this.#sqs = new SQSClient(at('SQS'));
  }

  /** Puts one event of this detail type on the bus. */
  put(detailType: string, detail: unknown, more: Partial<PutEventsRequestEntry> = {}) {
    return this.putAll([{ DetailType: detailType, Detail: JSON.stringify(detail), ...more }]);
  }

  putAll(entries: readonly PutEventsRequestEntry[]) {
    const EventBusName = this.stack.outputs.Bus;
    const Entries = entries.map((entry) => ({ EventBusName, Source: 'stores', ...entry }));
    return this.events.send(new PutEventsCommand({ Entries }));
  }

  /** All records of the stream with this output. */
  async records(output: string): Promise<{ key: string; data: string }[]> {
    const StreamName = this.stack.outputs[output];
    const { Shards = [] } = await this.#kinesis.send(new ListShardsCommand({ StreamName }));
    const read = async (ShardId: string | undefined) => {
      const { ShardIterator } = await this.#kinesis.send(
        new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
      );
      const { Records = [] } = await this.#kinesis.send(new GetRecordsCommand({ ShardIterator }));
      return Records.map(({ PartitionKey = '', Data = [] }) => ({
        key: PartitionKey,
        data: Buffer.from(Data).toString(),
      }));
    };
    return (await Promise.all(Shards.map(({ ShardId }) => read(ShardId)))).flat();
  }

  /** Takes what lies in the queue with this output. */
  async receive(output: string): Promise<Message[]> {
    const input = { QueueUrl: this.stack.outputs[output], MaxNumberOfMessages: 10, MessageAttributeNames: ['All'] };
    return (await this.#sqs.send(new ReceiveMessageCommand(input))).Messages ?? [];
  }

  disconnect(): void {
    for (const client of [this.events, this.#kinesis, this.#sqs]) client.destroy();
  }
}

/** The attributes of a message, as text. */
export const attributesOf = ({ MessageAttributes = {} }: Message): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue]));
