import type { ConsumerDescription, KinesisClient } from '@aws-sdk/client-kinesis';
import * as z from 'zod/mini';
import { clientConfig } from './client-config.ts';
import { resourceType } from './resource-type.ts';

/**
 * A reader with a throughput of its own (enhanced fan-out). Who reads by its ARN reads the stream itself, which no
 * throughput limits here.
 */
export const kinesisStreamConsumer = resourceType({
  type: 'AWS::Kinesis::StreamConsumer',
  engines: ['kinesis'],
  properties: z.strictObject({ ConsumerName: z.string(), StreamARN: z.string() }),
  withoutEffect: ['Tags'],
  create: async ({ properties: { ConsumerName, StreamARN } }, context) => {
    const kinesis = await import('@aws-sdk/client-kinesis');
    const { NodeHttpHandler } = await import('@smithy/node-http-handler');
    const client = new kinesis.KinesisClient({
      ...clientConfig(context, 'kinesis'),
      requestHandler: new NodeHttpHandler(),
    });
    const consumer = await register(client, kinesis, { ConsumerName, StreamARN });
    client.destroy();
    const { ConsumerARN = '', ConsumerStatus = '', ConsumerCreationTimestamp } = consumer ?? {};
    return {
      ref: ConsumerARN,
      attributes: {
        ConsumerARN,
        ConsumerName,
        ConsumerStatus,
        ConsumerCreationTimestamp: String(Math.floor(Number(ConsumerCreationTimestamp) / 1_000)),
        StreamARN,
      },
    };
  },
});

type Sdk = typeof import('@aws-sdk/client-kinesis');

/** The consumer, registered at the first start. */
const register = async (
  client: KinesisClient,
  kinesis: Sdk,
  consumer: { readonly ConsumerName: string; readonly StreamARN: string },
): Promise<Partial<ConsumerDescription> | undefined> => {
  try {
    return (await client.send(new kinesis.RegisterStreamConsumerCommand(consumer))).Consumer;
  } catch (error) {
    if (!(error instanceof kinesis.ResourceInUseException)) throw error;
    return (await client.send(new kinesis.DescribeStreamConsumerCommand(consumer))).ConsumerDescription;
  }
};
