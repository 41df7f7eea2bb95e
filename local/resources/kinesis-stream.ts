import type { CreateStreamInput, KinesisClient, StreamDescriptionSummary, StreamMode } from '@aws-sdk/client-kinesis';
import * as z from 'zod/mini';
import type { LocalContext } from '../context.ts';
import { StartError } from '../start-error.ts';
import { clientConfig } from './client-config.ts';
import { resourceType } from './resource-type.ts';

const properties = z.strictObject({
  Name: z.optional(z.string()),
  ShardCount: z.optional(z.int().check(z.positive())),
  StreamModeDetails: z.optional(z.strictObject({ StreamMode: z.enum(['PROVISIONED', 'ON_DEMAND']) })),
  RetentionPeriodHours: z.optional(z.int().check(z.minimum(24), z.maximum(8_760))),
  MaxRecordSizeInKiB: z._default(z.int().check(z.minimum(1_024), z.maximum(10_240)), 1_024),
});

/** A stream. On demand it has four shards, as on AWS at first, and keeps them. */
export const kinesisStream = resourceType({
  type: 'AWS::Kinesis::Stream',
  engines: ['kinesis'],
  properties,
  withoutEffect: ['StreamEncryption', 'DesiredShardLevelMetrics', 'Tags'],
  create: async ({ logicalId, properties }, context) => {
    const name = properties.Name ?? context.physicalName(logicalId, 128);
    const onDemand = properties.StreamModeDetails?.StreamMode === 'ON_DEMAND';
    const shards = properties.ShardCount ?? 1;
    const { MaxRecordSizeInKiB } = properties;
    const mode = onDemand ? { StreamModeDetails: { StreamMode: 'ON_DEMAND' as const } } : { ShardCount: shards };
    const stream = await openStream({ StreamName: name, MaxRecordSizeInKiB, ...mode }, context);
    if (!onDemand && stream.summary.OpenShardCount !== shards) {
      throw new StartError(
        `${context.dataDir} holds this stream with ${stream.summary.OpenShardCount} shards, the template wants ${shards}; ` +
          'choose another --data-dir, or remove this one to begin anew',
      );
    }
    await stream.keepFor(properties.RetentionPeriodHours ?? 24);
    await stream.takeUpTo(MaxRecordSizeInKiB);
    await stream.switchTo(onDemand ? 'ON_DEMAND' : 'PROVISIONED');
    stream.client.destroy();
    return { ref: name, attributes: { Arn: stream.summary.StreamARN ?? '' } };
  },
});

interface OpenStream {
  readonly client: KinesisClient;
  readonly summary: StreamDescriptionSummary;
  keepFor(hours: number): Promise<void>;
  /** Sets the size of its largest record. */
  takeUpTo(kib: number): Promise<void>;
  switchTo(mode: StreamMode): Promise<void>;
}

const openStream = async (stream: CreateStreamInput, context: LocalContext): Promise<OpenStream> => {
  const kinesis = await import('@aws-sdk/client-kinesis');
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const client = new kinesis.KinesisClient({
    ...clientConfig(context, 'kinesis'),
    requestHandler: new NodeHttpHandler(),
  });
  const { StreamName } = stream;
  const describe = async () => {
    const { StreamDescriptionSummary } = await client.send(new kinesis.DescribeStreamSummaryCommand({ StreamName }));
    return StreamDescriptionSummary as StreamDescriptionSummary;
  };
  const create = async (error: unknown) => {
    if (!(error instanceof kinesis.ResourceNotFoundException)) throw error;
    await client.send(new kinesis.CreateStreamCommand(stream));
    return describe();
  };
  let summary = await describe().catch(create);
  while (summary.StreamStatus !== 'ACTIVE') {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
    summary = await describe();
  }
  return {
    client,
    summary,
    keepFor: async (hours) => {
      const now = summary.RetentionPeriodHours ?? 24;
      const input = { StreamName, RetentionPeriodHours: hours };
      if (hours > now) await client.send(new kinesis.IncreaseStreamRetentionPeriodCommand(input));
      if (hours < now) await client.send(new kinesis.DecreaseStreamRetentionPeriodCommand(input));
    },
    takeUpTo: async (kib) => {
      const { StreamARN, MaxRecordSizeInKiB = kib } = summary;
      const input = { StreamARN, MaxRecordSizeInKiB: kib };
      if (MaxRecordSizeInKiB !== kib) await client.send(new kinesis.UpdateMaxRecordSizeCommand(input));
    },
    switchTo: async (StreamMode) => {
      const { StreamARN, StreamModeDetails = { StreamMode } } = summary;
      const input = { StreamARN, StreamModeDetails: { StreamMode } };
      if (StreamModeDetails.StreamMode !== StreamMode) await client.send(new kinesis.UpdateStreamModeCommand(input));
    },
  };
};

/** Between two looks at a stream that is being created. */
const pollMs = 10;
