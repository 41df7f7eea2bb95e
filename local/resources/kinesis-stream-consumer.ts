import * as z from 'zod/mini';
import { resourceType } from './resource-type.ts';

/** When every consumer here was registered, in seconds since the epoch: it is part of the ARN, which stays the same. */
const registeredAt = 1_700_000_000;

/**
 * A reader with a throughput of its own (enhanced fan-out). The engine has no such readers: who reads by this ARN reads
 * the stream itself, which no throughput limits here.
 */
export const kinesisStreamConsumer = resourceType({
  type: 'AWS::Kinesis::StreamConsumer',
  engines: ['kinesis'],
  properties: z.strictObject({ ConsumerName: z.string(), StreamARN: z.string() }),
  withoutEffect: ['Tags'],
  create: async ({ properties: { ConsumerName, StreamARN } }) => {
    const arn = `${StreamARN}/consumer/${ConsumerName}:${registeredAt}`;
    return {
      ref: arn,
      attributes: {
        ConsumerARN: arn,
        ConsumerName,
        ConsumerStatus: 'ACTIVE',
        ConsumerCreationTimestamp: String(registeredAt),
        StreamARN,
      },
    };
  },
});
