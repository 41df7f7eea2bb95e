import * as z from 'zod/mini';
import type { ProcessorSettings } from '../firehose/delivery-stream.ts';
import { Firehose } from '../firehose/firehose.ts';
import { InvalidTimePattern } from '../firehose/java-time-format.ts';
import { compileKeys, InvalidPrefix } from '../firehose/object-key.ts';
import { StartError } from '../start-error.ts';
import { resourceType } from './resource-type.ts';

const mib = 1_048_576;
/** The S3 engine takes no object above 11 MiB. */
const largestObjectBytes = 10 * mib;

const parameter = <Name extends string, Value>(name: Name, value: z.ZodMiniType<Value>) =>
  z.strictObject({ ParameterName: z.literal(name), ParameterValue: value });
const numeric = (least: number, most: number) => z.coerce.number().check(z.minimum(least), z.maximum(most));

const processor = z.discriminatedUnion('Type', [
  z.strictObject({
    Type: z.literal('Lambda'),
    Parameters: z
      .array(
        z.discriminatedUnion('ParameterName', [
          parameter('LambdaArn', z.string()),
          parameter('RoleArn', z.string()),
          parameter('NumberOfRetries', numeric(0, 300)),
          parameter('BufferSizeInMBs', numeric(0.2, 3)),
          parameter('BufferIntervalInSeconds', numeric(0, 900)),
        ]),
      )
      .check(z.refine((all) => all.some(({ ParameterName }) => ParameterName === 'LambdaArn'), 'LambdaArn is missing')),
  }),
  z.strictObject({
    Type: z.literal('AppendDelimiterToRecord'),
    Parameters: z._default(z.array(parameter('Delimiter', z.string())), []),
  }),
]);

type Processor = z.infer<typeof processor>;

const arnOf = (service: string) =>
  z
    .string()
    .check(z.refine((arn) => !arn.startsWith('arn:') || arn.includes(`:${service}:`), `is not the ARN of ${service}`));

const destination = z
  .strictObject({
    BucketARN: arnOf('s3'),
    Prefix: z._default(z.string(), ''),
    ErrorOutputPrefix: z._default(z.string(), ''),
    BufferingHints: z._default(
      z.strictObject({
        IntervalInSeconds: z._default(z.int().check(z.minimum(0), z.maximum(900)), 300),
        SizeInMBs: z._default(z.int().check(z.minimum(1), z.maximum(128)), 5),
      }),
      { IntervalInSeconds: 300, SizeInMBs: 5 },
    ),
    CompressionFormat: z._default(z.enum(['UNCOMPRESSED', 'GZIP']), 'UNCOMPRESSED'),
    FileExtension: z.optional(z.string().check(z.regex(/^$|^\.[0-9a-z!\-_.*'()]+$/), z.maxLength(128))),
    CustomTimeZone: z._default(z.string(), 'UTC'),
    S3BackupMode: z.optional(z.literal('Disabled')),
    ProcessingConfiguration: z._default(
      z.strictObject({ Enabled: z._default(z.boolean(), true), Processors: z._default(z.array(processor), []) }),
      { Enabled: false, Processors: [] },
    ),
    DynamicPartitioningConfiguration: z.optional(z.strictObject({ Enabled: z.optional(z.literal(false)) })),
  })
  .check((payload) => {
    try {
      keysOf('stream', payload.value);
    } catch (error) {
      if (!(error instanceof InvalidPrefix || error instanceof InvalidTimePattern || error instanceof RangeError))
        throw error;
      payload.issues.push({ code: 'custom', input: payload.value, message: error.message });
    }
  });

type Destination = z.infer<typeof destination>;

/** A delivery stream into a bucket, fed by callers or by a Kinesis stream. Other destinations are not run here. */
export const firehoseDeliveryStream = resourceType({
  type: 'AWS::KinesisFirehose::DeliveryStream',
  signs: true,
  engines: ['s3'],
  properties: z
    .strictObject({
      DeliveryStreamName: z.optional(z.string().check(z.regex(/^[\w.-]{1,64}$/))),
      DeliveryStreamType: z._default(z.enum(['DirectPut', 'KinesisStreamAsSource']), 'DirectPut'),
      KinesisStreamSourceConfiguration: z.optional(z.strictObject({ KinesisStreamARN: arnOf('kinesis') })),
      ExtendedS3DestinationConfiguration: destination,
    })
    .check(
      z.refine(
        (stream) =>
          (stream.DeliveryStreamType === 'KinesisStreamAsSource') ===
          (stream.KinesisStreamSourceConfiguration !== undefined),
        {
          path: ['KinesisStreamSourceConfiguration'],
          error: 'belongs to DeliveryStreamType KinesisStreamAsSource, and to no other',
        },
      ),
    ),
  withoutEffect: [
    'DeliveryStreamEncryptionConfigurationInput',
    'ExtendedS3DestinationConfiguration.CloudWatchLoggingOptions',
    'ExtendedS3DestinationConfiguration.EncryptionConfiguration',
    'ExtendedS3DestinationConfiguration.RoleARN',
    'KinesisStreamSourceConfiguration.RoleARN',
    'Tags',
  ],
  create: async ({ logicalId, properties }, context) => {
    const name = properties.DeliveryStreamName ?? context.physicalName(logicalId, 64);
    const arn = `arn:aws:firehose:${context.region}:${context.accountId}:deliverystream/${name}`;
    const to = properties.ExtendedS3DestinationConfiguration;
    const from = properties.KinesisStreamSourceConfiguration?.KinesisStreamARN;
    const { Enabled, Processors } = to.ProcessingConfiguration;
    const processors = Enabled ? Processors : [];
    const firehose = await Firehose.of(context);
    const transformer = processorOf(processors);
    firehose.add({
      credentials: context.principals.issue(logicalId, { name }),
      settings: {
        name,
        deliveryStreamArn: arn,
        sourceKinesisStreamArn: from,
        region: context.region,
        bufferBytes: Math.min(to.BufferingHints.SizeInMBs * mib, largestObjectBytes),
        bufferMs: to.BufferingHints.IntervalInSeconds * 1_000,
        keys: keysOf(name, to),
        compress: to.CompressionFormat === 'GZIP',
        delimiter: delimiterOf(processors),
        processor: transformer,
      },
      bucket: to.BucketARN.replace(/^arn:[^:]+:s3:::/, ''),
      sourceStreamArn: from,
    });
    context.whenCreated(() => {
      if (transformer && !context.functions.has(transformer.functionArn))
        throw new StartError(`${logicalId}: Function not found: ${transformer.functionArn}`);
    });
    return { ref: name, attributes: { Arn: arn } };
  },
});

const keysOf = (streamName: string, to: Destination) =>
  compileKeys({
    streamName,
    prefix: to.Prefix,
    errorOutputPrefix: to.ErrorOutputPrefix,
    extension: to.FileExtension ?? (to.CompressionFormat === 'GZIP' ? '.gz' : ''),
    timeZone: to.CustomTimeZone,
  });

const processorOf = (processors: readonly Processor[]): ProcessorSettings | undefined => {
  const found = processors.find(({ Type }) => Type === 'Lambda');
  if (!found) return undefined;
  const read = (name: string) => found.Parameters.find((each) => each.ParameterName === name)?.ParameterValue;
  return {
    functionArn: String(read('LambdaArn')).replace(/:\$LATEST$/, ''),
    bufferBytes: Number(read('BufferSizeInMBs') ?? 1) * mib,
    bufferMs: Number(read('BufferIntervalInSeconds') ?? 60) * 1_000,
    retries: Number(read('NumberOfRetries') ?? 3),
  };
};

const delimiterOf = (processors: readonly Processor[]): string => {
  const found = processors.find(({ Type }) => Type === 'AppendDelimiterToRecord');
  return found ? String(found.Parameters[0]?.ParameterValue ?? '\n').replaceAll('\\n', '\n') : '';
};
