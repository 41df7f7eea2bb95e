import type { KinesisClient, StreamDescriptionSummary } from '@aws-sdk/client-kinesis';
import * as z from 'zod/mini';
import type { LocalContext } from '../context.ts';
import { StartError } from '../start-error.ts';
import { clientConfig } from './client-config.ts';
import { resourceType } from './resource-type.ts';

/** With how many shards AWS starts an on-demand stream. */
const onDemandShards = 4;
/** The engine goes no further; AWS allows 8,760. */
const longestRetentionHours = 168;

const properties = z.strictObject({
  Name: z.optional(z.string()),
  ShardCount: z.optional(z.int().check(z.positive())),
  StreamModeDetails: z.optional(z.strictObject({ StreamMode: z.enum(['PROVISIONED', 'ON_DEMAND']) })),
  RetentionPeriodHours: z.optional(z.int().check(z.minimum(24), z.maximum(8_760))),
  MaxRecordSizeInKiB: z.optional(z.literal(1_024, 'the engine takes records of up to 1,024 KiB')),
});

/** A stream. On demand it has four shards and keeps them; records are kept for seven days at most. */
export const kinesisStream = resourceType({
  type: 'AWS::Kinesis::Stream',
  engines: ['kinesis'],
  properties,
  withoutEffect: ['StreamEncryption', 'DesiredShardLevelMetrics', 'Tags'],
  create: async ({ logicalId, properties }, context) => {
    const name = properties.Name ?? context.physicalName(logicalId, 128);
    const onDemand = properties.StreamModeDetails?.StreamMode === 'ON_DEMAND';
    const shards = onDemand ? onDemandShards : (properties.ShardCount ?? 1);
    const stream = await openStream(name, shards, context);
    if (!onDemand && stream.summary.OpenShardCount !== shards) {
      throw new StartError(
        `${context.dataDir} holds this stream with ${stream.summary.OpenShardCount} shards, the template wants ${shards}; ` +
          'choose another --data-dir, or remove this one to begin anew',
      );
    }
    const hours = properties.RetentionPeriodHours ?? 24;
    if (hours > longestRetentionHours)
      context.log(`${logicalId} keeps its records for 168 hours here, not for ${hours}`);
    await stream.keepFor(Math.min(hours, longestRetentionHours));
    stream.client.destroy();
    return { ref: name, attributes: { Arn: stream.summary.StreamARN ?? '' } };
  },
});

interface OpenStream {
  readonly client: KinesisClient;
  readonly summary: StreamDescriptionSummary;
  keepFor(hours: number): Promise<void>;
}

const openStream = async (name: string, shards: number, context: LocalContext): Promise<OpenStream> => {
  const kinesis = await import('@aws-sdk/client-kinesis');
  const { NodeHttpHandler } = await import('@smithy/node-http-handler');
  const client = new kinesis.KinesisClient({
    ...clientConfig(context, 'kinesis'),
    requestHandler: new NodeHttpHandler(),
  });
  const describe = async () => {
    const { StreamDescriptionSummary } = await client.send(
      new kinesis.DescribeStreamSummaryCommand({ StreamName: name }),
    );
    return StreamDescriptionSummary as StreamDescriptionSummary;
  };
  const create = async (error: unknown) => {
    if (!(error instanceof kinesis.ResourceNotFoundException)) throw error;
    await client.send(new kinesis.CreateStreamCommand({ StreamName: name, ShardCount: shards }));
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
      const input = { StreamName: name, RetentionPeriodHours: hours };
      if (hours > now) await client.send(new kinesis.IncreaseStreamRetentionPeriodCommand(input));
      if (hours < now) await client.send(new kinesis.DecreaseStreamRetentionPeriodCommand(input));
    },
  };
};

/** Between two looks at a stream that is being created. */
const pollMs = 10;
